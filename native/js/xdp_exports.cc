// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/xdp_exports.h"

#include "js/napi_errors.h"
#include "types/kernel_btf.h"
#include "xdp/devices.h"
#include "xdp/drop_counts.h"

#include <optional>

namespace ipft {
namespace {

Napi::Object to_object(Napi::Env env, const XdpDevice &device) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("ifname", device.attachment.ifname);
  object.Set("ifindex", device.attachment.ifindex);
  object.Set("netns", Napi::Number::New(env, static_cast<double>(device.netns)));
  object.Set("isOwnNetns", device.is_own_netns);
  object.Set("mode", device.attachment.mode);
  object.Set("programId", device.attachment.program);
  object.Set("program", device.program);
  return object;
}

Napi::Object to_object(Napi::Env env, const XdpDrops &drops) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("tracepoint", drops.tracepoint);
  object.Set("value", drops.value);
  object.Set("ifname", drops.ifname);
  object.Set("ifindex", drops.ifindex);
  object.Set("netns", drops.netns);
  object.Set("packets", Napi::Number::New(env, static_cast<double>(drops.packets)));
  return object;
}

template <typename Item> Napi::Array to_array(Napi::Env env, const std::vector<Item> &items) {
  Napi::Array array = Napi::Array::New(env, items.size());
  for (uint32_t i = 0; i < items.size(); i++)
    array[i] = to_object(env, items[i]);
  return array;
}

Napi::Value read_xdp_devices(const Napi::CallbackInfo &info) {
  XdpDevices devices = xdp_devices();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("found", to_array(info.Env(), devices.found));
  result.Set("unseen", Napi::Number::New(info.Env(), static_cast<double>(devices.unseen)));
  return result;
}

// new -> start -> read -> close.
class XdpCounter : public Napi::ObjectWrap<XdpCounter> {
public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "XdpCounter",
                       {InstanceMethod<&XdpCounter::start>("start"),
                        InstanceMethod<&XdpCounter::read>("read"),
                        InstanceMethod<&XdpCounter::close>("close")});
  }

  explicit XdpCounter(const Napi::CallbackInfo &info) : Napi::ObjectWrap<XdpCounter>(info) {
    with_js_errors(info.Env(), [&] { counts_.emplace(kernel_btf().get()); });
  }

private:
  void start(const Napi::CallbackInfo &) {
    if (counts_)
      counts_->start();
  }

  Napi::Value read(const Napi::CallbackInfo &info) {
    return to_array(info.Env(), counts_ ? counts_->read() : std::vector<XdpDrops>());
  }

  void close(const Napi::CallbackInfo &) { counts_.reset(); }

  std::optional<XdpDropCounts> counts_;
};

} // namespace

void export_xdp(Napi::Env env, Napi::Object exports) {
  exports.Set("xdpDevices", Napi::Function::New(env, read_xdp_devices));
  exports.Set("XdpCounter", XdpCounter::define(env));
}

} // namespace ipft
