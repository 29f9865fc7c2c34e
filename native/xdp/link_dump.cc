// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "xdp/link_dump.h"

#include "support/unique_fd.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace ipft {
namespace {

using Visit = std::function<void(const XdpAttachment &)>;

// Asks for links without statistics and virtual functions, which would make up most of the answer.
int ask(int socket) {
  struct {
    nlmsghdr header;
    ifinfomsg message;
    rtattr attribute;
    uint32_t mask;
  } request = {};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.attribute.rta_type = IFLA_EXT_MASK;
  request.attribute.rta_len = RTA_LENGTH(sizeof(request.mask));
  request.mask = RTEXT_FILTER_SKIP_STATS;
  return send(socket, &request, sizeof(request), 0) < 0 ? errno : 0;
}

template <typename Each> void for_each_attribute(const rtattr *first, int length, Each each) {
  for (const rtattr *attribute = first; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length))
    each(attribute->rta_type & NLA_TYPE_MASK, attribute);
}

const char *mode_of(int attribute) {
  switch (attribute) {
  case IFLA_XDP_DRV_PROG_ID:
    return "native";
  case IFLA_XDP_SKB_PROG_ID:
    return "generic";
  case IFLA_XDP_HW_PROG_ID:
    return "hardware";
  default:
    return nullptr;
  }
}

void visit_link(const nlmsghdr *header, const Visit &visit) {
  auto *message = static_cast<const ifinfomsg *>(NLMSG_DATA(header));
  XdpAttachment attachment;
  attachment.ifindex = static_cast<uint32_t>(message->ifi_index);
  const rtattr *xdp = nullptr;
  for_each_attribute(IFLA_RTA(message), static_cast<int>(IFLA_PAYLOAD(header)),
                     [&](int type, const rtattr *at) {
                       if (type == IFLA_IFNAME)
                         attachment.ifname = static_cast<const char *>(RTA_DATA(at));
                       else if (type == IFLA_XDP)
                         xdp = at;
                     });
  if (!xdp)
    return;
  auto *first = static_cast<const rtattr *>(RTA_DATA(xdp));
  for_each_attribute(first, static_cast<int>(RTA_PAYLOAD(xdp)), [&](int type, const rtattr *at) {
    const char *mode = mode_of(type);
    if (!mode)
      return;
    attachment.mode = mode;
    memcpy(&attachment.program, RTA_DATA(at), sizeof(attachment.program));
    visit(attachment);
  });
}

} // namespace

int for_each_xdp_attachment(const Visit &visit) {
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket)
    return errno;
  if (int error = ask(socket.get()))
    return error;
  std::vector<char> buffer(1 << 16);
  for (;;) {
    ssize_t size = recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0)
      return errno;
    auto left = static_cast<int>(size);
    for (auto *header = reinterpret_cast<nlmsghdr *>(buffer.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == NLMSG_ERROR)
        return -static_cast<nlmsgerr *>(NLMSG_DATA(header))->error;
      if (header->nlmsg_type == NLMSG_DONE)
        return 0;
      if (header->nlmsg_type == RTM_NEWLINK)
        visit_link(header, visit);
    }
  }
}

} // namespace ipft
