// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/nearest_paths.h"

#include "types/field_location.h"

#include <bpf/btf.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace ipft {
namespace {

constexpr unsigned levels_below = 2;
constexpr size_t most_far = 3;

// Levenshtein distance.
size_t edit_distance(const std::string &left, const std::string &right) {
  std::vector<size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < left.size(); i++) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < right.size(); j++) {
      size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (left[i] != right[j])});
      diagonal = above;
    }
  }
  return row.back();
}

bool holds(const std::string &text, const std::string &part) {
  constexpr size_t shortest = 3;
  return part.size() >= shortest && text.find(part) != std::string::npos;
}

// 0: equal; more than the length of the name: nothing in common.
size_t unlikeness(const std::string &name, const std::string &other) {
  size_t distance = edit_distance(name, other);
  size_t most = std::max<size_t>(1, (name.size() + 1) / 3);
  if (distance <= most)
    return distance;
  return holds(other, name) || holds(name, other) ? most + 1 : name.size() + distance;
}

struct Candidate {
  size_t unlikeness;
  std::string path;
};

std::vector<std::string> best(std::vector<Candidate> candidates, const std::string &name) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate &a, const Candidate &b) { return a.unlikeness < b.unlikeness; });
  std::vector<std::string> paths;
  bool has_near = !candidates.empty() && candidates.front().unlikeness <= name.size();
  for (const Candidate &candidate : candidates) {
    // Unlike names are suggested only if there are no similar ones.
    bool is_far = candidate.unlikeness > name.size();
    if (paths.size() == most_nearest || (is_far && (has_near || paths.size() == most_far)))
      break;
    if (std::find(paths.begin(), paths.end(), candidate.path) == paths.end())
      paths.push_back(candidate.path);
  }
  return paths;
}

// Collects members with exactly this name, level by level.
class Namesakes {
public:
  Namesakes(const FieldLocations &locations, const std::string &name, std::vector<Candidate> &found)
      : locations_(locations), name_(name), found_(found) {}

  // Searches down to `deepest` levels below the structs at these locations.
  void search(std::vector<FieldLocation> level, unsigned deepest) {
    for (unsigned depth = 0; depth <= deepest && found_.size() < most_nearest; depth++) {
      std::vector<FieldLocation> next;
      for (const FieldLocation &location : level)
        look_into(location, depth, next);
      level = std::move(next);
    }
  }

private:
  void look_into(const FieldLocation &location, unsigned depth, std::vector<FieldLocation> &below) {
    const btf_type *structure = locations_.structure_at(location);
    if (!structure || !seen_.insert(structure).second)
      return;
    for (const Member &member : members_of(locations_.types(), structure)) {
      try {
        FieldLocation inner = locations_.member(location, member);
        if (member.name == name_)
          found_.push_back({depth, inner.path});
        below.push_back(std::move(inner));
      } catch (const PathProblem &) { // a pointer that cannot be followed
      }
    }
  }

  const FieldLocations &locations_;
  const std::string &name_;
  std::vector<Candidate> &found_;
  std::set<const btf_type *> seen_;
};

std::vector<FieldLocation> other_roots(const FieldLocations &locations, const FieldLocation &location) {
  std::vector<FieldLocation> others;
  for (const std::string &name : path_roots()) {
    try {
      FieldLocation root = locations.root(name);
      if (locations.structure_at(root) != locations.structure_at(location))
        others.push_back(std::move(root));
    } catch (const PathProblem &) { // this kernel has no such struct
    }
  }
  return others;
}

// Adds members with a similar name; `penalty`: added because they are not where they were expected.
void append_similar(const FieldLocations &locations, const FieldLocation &location, const std::string &name,
                    size_t penalty, std::vector<Candidate> &candidates) {
  const btf_type *structure = locations.structure_at(location);
  if (!structure)
    return;
  for (const Member &member : members_of(locations.types(), structure))
    candidates.push_back({unlikeness(name, member.name) + penalty, locations.member(location, member).path});
}

} // namespace

std::vector<std::string> nearest_names(const std::string &name, const std::vector<std::string> &names) {
  std::vector<Candidate> candidates;
  for (const std::string &other : names)
    candidates.push_back({unlikeness(name, other), other});
  return best(std::move(candidates), name);
}

std::vector<std::string> nearest_paths(const FieldLocations &locations, const FieldLocation &location,
                                       const std::string &name) {
  std::vector<Candidate> candidates;
  std::vector<FieldLocation> others = other_roots(locations, location);
  Namesakes namesakes(locations, name, candidates);
  namesakes.search(others, 0);
  namesakes.search({location}, levels_below);
  append_similar(locations, location, name, 0, candidates);
  for (const FieldLocation &other : others)
    append_similar(locations, other, name, 1, candidates);
  return best(std::move(candidates), name);
}

} // namespace ipft
