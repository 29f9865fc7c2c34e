// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Makes events natively, without any traffic, for the benchmarks of the path from the ring buffer to the
// text.
#include "producer.h"

#include <sched.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <system_error>

namespace {

constexpr const char *usage = "usage: producer into PID FUNCTIONS RATE SECONDS CPU\n"
                              "       producer ceiling PAGES RATE SECONDS CPU CONSUMER-CPU\n"
                              "RATE: events a second, 0: as fast as possible\n";

void run_into(char **arguments) {
  Maps maps = maps_of_process(atoi(arguments[0]));
  Producer producer(maps, strtoull(arguments[1], nullptr, 10));
  stay_on(atoi(arguments[4]));
  Produced produced = producer.run({atof(arguments[2]), atof(arguments[3])});
  printf("{\"produced\":%lu,\"seconds\":%.3f}\n", produced.events, produced.seconds);
}

} // namespace

void stay_on(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof(set), &set) != 0)
    throw std::system_error(errno, std::generic_category(), "CPU " + std::to_string(cpu));
}

int main(int argc, char **argv) {
  try {
    if (argc == 7 && argv[1] == std::string("into"))
      run_into(argv + 2);
    else if (argc == 7 && argv[1] == std::string("ceiling"))
      run_ceiling({atof(argv[3]), atof(argv[4])}, strtoull(argv[2], nullptr, 10), atoi(argv[5]),
                  atoi(argv[6]));
    else
      return fputs(usage, stderr), 2;
    return 0;
  } catch (const std::exception &error) {
    fprintf(stderr, "producer: %s\n", error.what());
    return 1;
  }
}
