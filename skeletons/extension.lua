-- An extension of ipft in Lua 5.4, as ipftrace2 has them: ipft -m MARK -e extension.lua
api_version = 1

-- The bytes of a BPF object with module():
--   ipft --gen c > extension.bpf.c; ipft --gen bpf-module-header > ipft_extension.h
--   clang -target bpf -O2 -g -c extension.bpf.c -o extension.bpf.o
program = assert(io.open(os.getenv('IPFT_MODULE') or 'extension.bpf.o', 'rb')):read('a')

-- Before and behind the trace; both may be left out.
function init() end
function fini() end

-- For each event: a table of the fields, from the 64 bytes that module() has written.
function decode(data)
  local len, mark = string.unpack('=I4I4', data)
  return { len = len, mark = ('0x%x'):format(mark) }
end
