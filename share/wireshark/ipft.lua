-- SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
-- Fields of Wireshark for what `ipft export --to pcapng` says in the comments of packets (docs/pcapng.md):
-- ipft.function, ipft.drop and so on, for display filters and columns, and ipft.field with every other key=value.

local ipft = Proto("ipft", "Packets in the kernel, by ipft")

local KNOWN = {
  { "function", "Function" },
  { "module", "Module" },
  { "cpu", "CPU" },
  { "tid", "Thread" },
  { "device", "Device" },
  { "netns", "Network namespace" },
  { "drop", "Dropped, reason" },
  { "at", "Dropped at" },
  { "cause", "Dropped, cause" },
  { "ethernet", "Ethernet header" },
  { "bytes", "Bytes" },
  { "len", "skb->len" },
  { "mark", "skb->mark" },
  { "gso_type", "GSO type" },
  { "gso_size", "GSO size" },
  { "gso_segs", "GSO segments" },
  { "lost", "Events lost" },
}

local by_key = {}
local fields = {}
for _, each in ipairs(KNOWN) do
  local key, title = each[1], each[2]
  by_key[key] = ProtoField.string("ipft." .. key, title)
  fields[#fields + 1] = by_key[key]
end
local other = ProtoField.string("ipft.field", "Field")
fields[#fields + 1] = other
ipft.fields = fields

local comment_field = Field.new("frame.comment")

local ESCAPES = { n = "\n", r = "\r", t = "\t" }

-- The pairs of a line: key=word, or key="text as in JSON".
local function each_pair(line, visit)
  local at = 1
  while at <= #line do
    local _, stop, key = line:find("^%s*([%w_]+)=", at)
    if not stop then
      return
    end
    local value
    if line:sub(stop + 1, stop + 1) == '"' then
      local finish = stop + 2
      while finish <= #line and line:sub(finish, finish) ~= '"' do
        finish = finish + (line:sub(finish, finish) == "\\" and 2 or 1)
      end
      value = line:sub(stop + 2, finish - 1):gsub("\\(.)", function(letter)
        return ESCAPES[letter] or letter
      end)
      at = finish + 1
    else
      value = line:match("^%S*", stop + 1)
      at = stop + 1 + #value
    end
    visit(key, value)
  end
end

function ipft.dissector(_, pinfo, tree)
  local seen = {}
  local branch
  for _, found in ipairs({ comment_field() }) do
    local text = tostring(found.value)
    -- Wireshark 4.4 has a comment more than once.
    if not seen[text] and text:find("^[%w_]+=") then
      seen[text] = true
      each_pair(text, function(key, value)
        branch = branch or tree:add(ipft)
        local field = by_key[key]
        if field then
          branch:add(field, value):set_generated()
        else
          branch:add(other, key .. "=" .. value):set_generated()
        end
      end)
    end
  end
end

register_postdissector(ipft)
