// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** A block of a capture file is not what its writer has made. The block is left out, and told of. */
export class Damage extends Error {}
