// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The program ipft of the tarball: runs lib/ipft with lib/node, which lie beside it, wherever that is and
// whatever link leads to it.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ipft's exit code for what a user's system lacks.
enum { environment = 3 };

// lib/node is not the Node.js that NODE_OPTIONS is for; src/bin.ts gives it back to what ipft starts.
static void hide_node_options(void) {
  const char *options = getenv("NODE_OPTIONS");

  if (options == NULL)
    return;
  setenv("IPFT_NODE_OPTIONS", options, 1);
  unsetenv("NODE_OPTIONS");
}

static int fail(const char *doing, const char *path, const char *remedy) {
  fprintf(stderr, "ipft: %s %s: %s\nTry: %s\n", doing, path, strerror(errno), remedy);
  return environment;
}

int main(int argc, char **argv) {
  static const char self[] = "/proc/self/exe";
  char folder[PATH_MAX], node[PATH_MAX + 16], script[PATH_MAX + 32];
  const ssize_t length = readlink(self, folder, sizeof(folder) - 1);
  if (length < 0)
    return fail("cannot read", self, "mount -t proc proc /proc");
  folder[length] = '\0';
  *strrchr(folder, '/') = '\0';
  snprintf(node, sizeof(node), "%s/lib/node", folder);
  snprintf(script, sizeof(script), "%s/lib/ipft/dist/bin.cjs", folder);

  char **words = calloc((size_t)argc + 2, sizeof(*words));
  if (words == NULL)
    return fail("cannot start", node, "more memory");
  words[0] = node;
  words[1] = script;
  for (int at = 1; at < argc; at++)
    words[at + 1] = argv[at];
  hide_node_options();
  execv(node, words);
  return fail("cannot start", node, "ipft unpacked whole, on a file system that is not mounted noexec");
}
