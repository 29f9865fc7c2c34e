// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

namespace ipft {

// Numbers packets, from 1, in the order in which they are first seen. A packet is one life of an skb,
// identified by its address and the time of its birth.
class PacketNumbers {
public:
  // Fills in what the row says about its packet: number 0 for a hidden event of an unknown packet, which has
  // no meaning. Moves IPFT_LAST to the packet's last event: with function_graph, returns come after the life
  // has ended.
  void number(ipft_row &row) {
    ipft_event &event = row.graph.event;
    if (event.flags & IPFT_RELATION) {
      relate(row);
      return;
    }
    if (event.flags & IPFT_MOVED) {
      move(row);
      return;
    }
    size_t at = index_of(event.skb, event.born_ns);
    if (packets_[at].number == 0) {
      if (event.flags & IPFT_HIDDEN) {
        event.flags &= ~static_cast<uint32_t>(IPFT_LAST);
        row.packet = 0;
        row.kin = {};
        return;
      }
      at = add(at, event.skb, event.born_ns);
    }
    describe(row, packets_[at]);
    if (!packets_[at].shown && (event.flags & (IPFT_HIDDEN | IPFT_DROP)) == 0) {
      packets_[at].shown = true;
      event.flags |= IPFT_FIRST;
    }
    tell_of_move(row.graph, packets_[at]);
    update(at, event);
  }

  // Ends packets whose end was not reported by an event: those that have been IPFT_ENDING long enough. Writes
  // hidden rows for them, if these are wanted. Returns the number of rows, at most `capacity`.
  size_t overdue_ends(Rows rows, size_t capacity, uint64_t now_ns) {
    size_t made = 0;
    while (made < capacity && !ending_.empty() && ending_.front().time_ns + patience_ns <= now_ns) {
      Ending ending = ending_.front();
      ending_.pop_front();
      Packet &packet = packets_[index_of(ending.skb, ending.born_ns)];
      if (packet.number == 0 || packet.state != State::ending)
        continue;
      if (packet.calls > 0) {
        ending_.push_back({ending.skb, ending.born_ns, now_ns});
        continue;
      }
      packet.state = State::gone;
      if (!reports_ends_)
        continue;
      memset(rows.data(made), 0, rows.data_size());
      ipft_row &row = rows[made++];
      row = {};
      row.graph.event.time_ns = ending.time_ns;
      row.graph.event.skb = ending.skb;
      row.graph.event.born_ns = ending.born_ns;
      row.graph.event.flags = IPFT_LAST | IPFT_HIDDEN;
      describe(row, packet);
      row.function = IPFT_NO_FUNCTION;
    }
    return made;
  }

  // Makes it count calls and returns of function_graph: a packet is complete only when its calls have
  // returned.
  void count_calls() { counts_calls_ = true; }

  // Enables the rows of overdue_ends().
  void report_ends() { reports_ends_ = true; }

  // Packets for which more events are expected.
  size_t in_flight() const { return used_; }

private:
  // ending: released, and about to be freed. gone: reported as ended, but another event may still come.
  enum class State : uint8_t { alive, ending, gone, ended };

  struct Packet {
    uint64_t skb;
    uint64_t born_ns;
    uint64_t number; // 0: free
    int32_t calls;   // calls that have not returned
    State state;
    bool shown; // it had an event that was neither hidden nor a drop
    ipft_kin kin;
    uint32_t parts;   // segments and fragments that it was divided into
    uint32_t moved;   // IPFT_CROSSED and IPFT_UNMARKED, for its next call
    uint64_t entered; // inode of a network namespace; has a meaning if it has crossed
  };

  struct Ending {
    uint64_t skb;
    uint64_t born_ns;
    uint64_t time_ns;
  };

  // Freeing an skb takes microseconds, but its thread may be preempted meanwhile. The head of an skb that was
  // rebuilt for an XDP program may go on as a frame, from which another skb is built: longer than FRAME_AGE.
  static constexpr uint64_t patience_ns = 250'000'000;

  // Packets whose end is never seen must not fill all memory.
  static constexpr size_t limit = size_t{1} << 20;

  static void describe(ipft_row &row, const Packet &packet) {
    row.packet = packet.number;
    row.kin = packet.kin;
  }

  // Adds a packet at a free entry, and returns where it is afterwards.
  size_t add(size_t at, uint64_t skb, uint64_t born_ns) {
    uint64_t number = ++count_;
    packets_[at] = {skb, born_ns, number, 0, State::alive, false, {0, number, 0, 0, 0}, 0, 0, 0};
    return ++used_ > packets_.size() / 2 ? make_room(at) : at;
  }

  // A packet that is not known yet becomes the parent's child; one that is known stays in its family.
  void relate(ipft_row &row) {
    const ipft_event &event = row.graph.event;
    size_t at = index_of(event.parent_skb, event.parent_born_ns);
    if (packets_[at].number == 0)
      at = add(at, event.parent_skb, event.parent_born_ns);
    bool is_part = event.relation == IPFT_SEGMENT || event.relation == IPFT_FRAGMENT;
    uint32_t part = is_part ? ++packets_[at].parts : 0;
    ipft_kin kin = {packets_[at].number, packets_[at].kin.family, event.relation,
                    is_part ? event.parts : uint16_t{0}, part};
    at = index_of(event.skb, event.born_ns);
    if (packets_[at].number == 0) {
      at = add(at, event.skb, event.born_ns);
      packets_[at].kin = kin;
    }
    row.packet = packets_[at].number;
    kin.family = packets_[at].kin.family; // a known packet stays in its own
    row.kin = kin;
  }

  // Of a packet that was not seen yet it is not known where it was before.
  void move(ipft_row &row) {
    ipft_event &event = row.graph.event;
    Packet &packet = packets_[index_of(event.skb, event.born_ns)];
    if (packet.number != 0) {
      packet.moved |= event.flags & (IPFT_CROSSED | IPFT_UNMARKED);
      if (event.flags & IPFT_CROSSED)
        packet.entered = event.netns;
    }
    describe(row, packet);
    event.flags = IPFT_MOVED | IPFT_HIDDEN;
  }

  static void tell_of_move(ipft_graph_event &graph, Packet &packet) {
    if (packet.moved == 0 || graph.event.flags & (IPFT_HIDDEN | IPFT_DROP | IPFT_RETURN))
      return;
    graph.event.flags |= packet.moved;
    if (packet.moved & IPFT_CROSSED)
      graph.entered = packet.entered;
    packet.moved = 0;
  }

  void update(size_t at, ipft_event &event) {
    Packet &packet = packets_[at];
    if (counts_calls_ && (event.flags & (IPFT_HIDDEN | IPFT_DROP)) == 0)
      packet.calls += event.flags & IPFT_RETURN ? -1 : 1;
    set_state(packet, event);
    event.flags &= ~static_cast<uint32_t>(IPFT_LAST);
    if (packet.state == State::ended && packet.calls <= 0) {
      event.flags |= IPFT_LAST;
      forget(at);
    }
  }

  void set_state(Packet &packet, const ipft_event &event) {
    bool goes_on = packet.kin.kinship == IPFT_REBUILT;
    if (event.flags & IPFT_LAST && !goes_on) {
      packet.state = State::ended;
    } else if (event.flags & (IPFT_ENDING | IPFT_LAST)) {
      packet.state = State::ending;
      ending_.push_back({event.skb, event.born_ns, event.time_ns});
    } else if (event.flags & IPFT_RESUMED) {
      packet.state = State::alive;
    }
  }

  size_t home(uint64_t skb, uint64_t born_ns) const {
    return (skb ^ born_ns * 0xff51afd7ed558ccdULL) * 0x9e3779b97f4a7c15ULL >> (64 - bits_);
  }
  size_t next(size_t at) const { return (at + 1) & (packets_.size() - 1); }

  // Index of the packet's entry, or of the free one where it would go. The table is never full.
  size_t index_of(uint64_t skb, uint64_t born_ns) const {
    size_t at = home(skb, born_ns);
    while (packets_[at].number != 0 && (packets_[at].skb != skb || packets_[at].born_ns != born_ns))
      at = next(at);
    return at;
  }

  // Removes an entry, and moves back the entries after it that were displaced by it.
  void forget(size_t hole) {
    size_t mask = packets_.size() - 1;
    for (size_t at = next(hole); packets_[at].number != 0; at = next(at)) {
      if (((at - home(packets_[at].skb, packets_[at].born_ns)) & mask) < ((at - hole) & mask))
        continue;
      packets_[hole] = packets_[at];
      hole = at;
    }
    packets_[hole] = {};
    used_--;
  }

  // Returns where the packet at `at` is afterwards. Forgets packets in the state gone, unless returns are
  // pending. At the limit it also forgets the packets that were seen first, whose ends may have been missed;
  // if they are seen again, they get a new number.
  size_t make_room(size_t at) {
    Packet kept = packets_[at];
    size_t room = packets_.size() / 4;
    auto is_here = [](const Packet &packet) {
      return packet.number != 0 && (packet.state < State::gone || packet.calls > 0);
    };
    bool many = static_cast<size_t>(std::count_if(packets_.begin(), packets_.end(), is_here)) > room;
    bool grows = many && packets_.size() < limit;
    uint64_t first = many && !grows ? count_ - room : 0;
    std::vector<Packet> old(grows ? packets_.size() * 2 : packets_.size());
    old.swap(packets_);
    bits_ += grows;
    used_ = 0;
    for (const Packet &packet : old) {
      if (!is_here(packet) || packet.number < first)
        continue;
      packets_[index_of(packet.skb, packet.born_ns)] = packet;
      used_++;
    }
    return index_of(kept.skb, kept.born_ns);
  }

  unsigned bits_ = 10;
  std::vector<Packet> packets_ = std::vector<Packet>(size_t{1} << 10);
  size_t used_ = 0;
  uint64_t count_ = 0;
  bool counts_calls_ = false;
  bool reports_ends_ = false;
  std::deque<Ending> ending_;
};

} // namespace ipft
