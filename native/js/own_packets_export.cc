// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/own_packets_export.h"

#include "js/napi_errors.h"
#include "support/own_packets.h"

#include <optional>

namespace ipft {
namespace {

// new (mark) -> send (count), writePipe (count) -> close.
class OwnPacketsObject : public Napi::ObjectWrap<OwnPacketsObject> {
public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "OwnPackets",
                       {InstanceMethod<&OwnPacketsObject::send>("send"),
                        InstanceMethod<&OwnPacketsObject::write_pipe>("writePipe"),
                        InstanceMethod<&OwnPacketsObject::close>("close")});
  }

  explicit OwnPacketsObject(const Napi::CallbackInfo &info) : Napi::ObjectWrap<OwnPacketsObject>(info) {
    with_js_errors(info.Env(), [&] { packets_.emplace(info[0].As<Napi::Number>().Uint32Value()); });
  }

private:
  Napi::Value send(const Napi::CallbackInfo &info) { return timed(info, &OwnPackets::send); }

  Napi::Value write_pipe(const Napi::CallbackInfo &info) { return timed(info, &OwnPackets::write_pipe); }

  Napi::Value timed(const Napi::CallbackInfo &info, int64_t (OwnPackets::*action)(uint32_t) const) {
    if (!packets_)
      throw Napi::Error::New(info.Env(), "the packets' socket is closed");
    return with_js_errors(info.Env(), [&]() -> Napi::Value {
      int64_t ns = ((*packets_).*action)(info[0].As<Napi::Number>().Uint32Value());
      return Napi::Number::New(info.Env(), static_cast<double>(ns));
    });
  }

  void close(const Napi::CallbackInfo &) { packets_.reset(); }

  std::optional<OwnPackets> packets_;
};

} // namespace

void export_own_packets(Napi::Env env, Napi::Object exports) {
  exports.Set("OwnPackets", OwnPacketsObject::define(env));
}

} // namespace ipft
