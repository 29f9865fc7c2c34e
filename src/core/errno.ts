// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { constants } from 'node:os';

/**
 * Errnos of include/uapi/asm-generic/errno.h that Node.js has no names for: consecutive names, starting at
 * the number.
 */
const FURTHER: readonly (readonly [first: number, names: string])[] = [
  [15, 'ENOTBLK'],
  [
    44,
    'ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT',
  ],
  [59, 'EBFONT'],
  [64, 'ENONET ENOPKG EREMOTE'],
  [68, 'EADV ESRMNT ECOMM'],
  [73, 'EDOTDOT'],
  [76, 'ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC'],
  [85, 'ERESTART ESTRPIPE EUSERS'],
  [94, 'ESOCKTNOSUPPORT'],
  [96, 'EPFNOSUPPORT'],
  [108, 'ESHUTDOWN ETOOMANYREFS'],
  [112, 'EHOSTDOWN'],
  [117, 'EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO'],
  [123, 'ENOMEDIUM EMEDIUMTYPE'],
  [126, 'ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON'],
  // The kernel's internal ones, of include/linux/errno.h.
  [
    512,
    'ERESTARTSYS ERESTARTNOINTR ERESTARTNOHAND ENOIOCTLCMD ERESTART_RESTARTBLOCK EPROBE_DEFER EOPENSTALE',
  ],
  [519, 'ENOPARAM'],
  [521, 'EBADHANDLE ENOTSYNC EBADCOOKIE ENOTSUPP ETOOSMALL ESERVERFAULT EBADTYPE EJUKEBOX EIOCBQUEUED'],
  [530, 'ERECALLCONFLICT ENOGRACE'],
];

/** Other names of EAGAIN and EOPNOTSUPP, which the kernel does not use. */
const ALIASES = ['EWOULDBLOCK', 'ENOTSUP'];

const names: ReadonlyMap<number, string> = new Map([
  ...Object.entries(constants.errno)
    .filter(([name]) => !ALIASES.includes(name))
    .map(([name, errno]) => [errno, name] as const),
  ...FURTHER.flatMap(([first, listed]) => listed.split(' ').map((name, i) => [first + i, name] as const)),
]);

/** `EPERM` for 1; undefined for a number without a name in the kernel. */
export const knownErrno = (errno: number): string | undefined => names.get(errno);

/** Name of an errno, or `errno N`. */
export const errnoName = (errno: number): string => knownErrno(errno) ?? `errno ${errno}`;
