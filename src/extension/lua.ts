// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { ExtensionError } from '../core/errors.js';
import { readMembers } from './bpf.js';
import { AddedMembers } from './added-members.js';
import { failure, guarded } from './failure.js';
import { MODULE } from './module-column.js';
import type { LoadedExtension } from './types.js';

/**
 * Environment of scripts. Bytes are passed as hex, since JavaScript's strings are not bytes, and integers as
 * digits, since they may exceed what its numbers represent exactly.
 */
const PRELUDE = `
local host_mount, open = host_mount, io.open
function io.open(path, mode)
  if (mode or 'r'):sub(1, 1) == 'r' then host_mount(path) end
  return open(path, mode)
end

function ipft_program()
  if program == nil then return nil end
  if type(program) ~= 'string' then return false end
  return (program:gsub('.', function(c) return ('%02x'):format(c:byte()) end))
end

local function shown(name, value)
  local kind = math.type(value) or type(value)
  if kind == 'integer' then return kind, tostring(value) end
  if kind == 'float' or kind == 'string' or kind == 'boolean' then return kind, value end
  error(('%s must be a string or a number, not %s'):format(name, kind), 0)
end

function ipft_decode(hex)
  local data = hex:gsub('..', function(digits) return string.char(tonumber(digits, 16)) end)
  local fields = decode(data)
  if type(fields) ~= 'table' then error('it must return a table', 0) end
  local flat = {}
  for name, value in pairs(fields) do
    local kind, text = shown(name, value)
    flat[#flat + 1] = { tostring(name), kind, text }
  end
  table.sort(flat, function(left, right) return left[1] < right[1] end)
  return flat
end
`;

type Field = readonly [name: string, kind: 'integer' | 'float' | 'string' | 'boolean', value: unknown];

/** A number if that is exact, else a bigint. */
function integer(digits: string): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

const valueOf = ([, kind, value]: Field): unknown => (kind === 'integer' ? integer(String(value)) : value);

async function createEngine(path: string) {
  const { LuaFactory } = await import('wasmoon');
  const factory = new LuaFactory();
  const engine = await factory.createEngine();
  const module = await factory.getLuaModule();
  // Files of the host are mounted when the script opens them; the script has no others.
  engine.global.set('host_mount', (name: string) => {
    try {
      factory.mountFileSync(module, name, readFileSync(name));
    } catch {
      // io.open reports that the file does not exist
    }
  });
  engine.doStringSync(PRELUDE);
  guarded({ name: path, call: 'loading it' }, () => {
    engine.doStringSync(readFileSync(path, 'utf8')) as unknown;
  });
  return engine;
}

type Engine = Awaited<ReturnType<typeof createEngine>>;

/** A function of the script; undefined if it does not exist. */
function functionOf(engine: Engine, name: string): ((...words: string[]) => unknown) | undefined {
  const value: unknown = engine.global.get(name);
  return typeof value === 'function' ? (value as (...words: string[]) => unknown) : undefined;
}

/** The script's BPF object; undefined: it decodes the data of another extension. */
function programOf(engine: Engine, path: string): Uint8Array | undefined {
  const bad = (problem: string): ExtensionError =>
    new ExtensionError(`extension ${path}: ${problem}`, 'ipft --gen lua prints one that works');
  const version: unknown = engine.global.get('api_version');
  if (version !== 1) throw bad(`its api_version must be 1, not ${String(version)}`);
  if (functionOf(engine, 'decode') === undefined) throw bad('it has no function decode(data)');
  const hex = functionOf(engine, 'ipft_program')?.();
  if (hex === undefined || hex === null) return undefined;
  if (typeof hex !== 'string') throw bad('its program must be a string: the bytes of a BPF object');
  const program = Buffer.from(hex, 'hex');
  readMembers(path, program, true);
  return program;
}

/** Loads a Lua script in ipftrace2's format. Throws an ExtensionError. */
export async function luaExtension(path: string): Promise<LoadedExtension> {
  const engine = await createEngine(path);
  const program = programOf(engine, path);
  guarded({ name: path, call: 'init()' }, () => functionOf(engine, 'init')?.());
  const decode = functionOf(engine, 'ipft_decode');
  if (decode === undefined) throw failure({ name: path, call: 'decode()' }, 'it is gone');
  const added = new AddedMembers(path);
  return {
    name: path,
    path,
    isAlone: true,
    columns: [added.column(path)],
    reads: [MODULE],
    added,
    ...(program === undefined ? {} : { module: program }),
    decode: (data) => {
      const fields = decode(Buffer.from(data).toString('hex')) as readonly Field[];
      return Object.fromEntries(fields.map((field) => [field[0], valueOf(field)]));
    },
    close: () => {
      guarded({ name: path, call: 'fini()' }, () => functionOf(engine, 'fini')?.());
      engine.global.close();
    },
  };
}
