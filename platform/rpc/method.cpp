#include "platform/rpc/method.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/rpc/error_table.hpp"

namespace market::rpc {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;
namespace options = marketplace::options::v1;

constexpr std::chrono::milliseconds kDefaultTimeout{2000};

// "marketplace.order.v1" -> "order"
std::string ServiceOf(const std::string& package) {
  const auto begin = package.find('.') + 1;
  return package.substr(begin, package.find('.', begin) - begin);
}

const google::protobuf::FieldDescriptor* HeaderFieldOf(const google::protobuf::Descriptor& request) {
  for (int i = 0; i < request.field_count(); ++i) {
    if (!request.field(i)->options().GetExtension(options::rules).header().empty()) return request.field(i);
  }
  return nullptr;
}

Method Describe(const MethodDescriptor& descriptor) {
  const auto& policy = descriptor.options().GetExtension(options::policy);
  if (policy.allow().empty()) throw std::logic_error(descriptor.full_name() + " has no policy");
  const auto level = descriptor.options().idempotency_level();
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  return {
      .path = "/" + descriptor.service()->full_name() + "/" + descriptor.name(),
      .service = ServiceOf(descriptor.file()->package()),
      .name = descriptor.name(),
      .descriptor = &descriptor,
      .request = factory->GetPrototype(descriptor.input_type()),
      .response = factory->GetPrototype(descriptor.output_type()),
      .http = BindingsOf(descriptor),
      .policy = policy,
      .rest = descriptor.options().GetExtension(options::rest),
      .timeout = policy.timeout_ms() > 0 ? std::chrono::milliseconds(policy.timeout_ms()) : kDefaultTimeout,
      .safe = level == MethodOptions::NO_SIDE_EFFECTS,
      .repeatable = level != MethodOptions::IDEMPOTENCY_UNKNOWN,
      .header_field = HeaderFieldOf(*descriptor.input_type()),
  };
}

}  // namespace

bool Method::Allows(options::Audience audience) const {
  return std::ranges::find(policy.allow(), audience) != policy.allow().end();
}

MethodTable::MethodTable(const google::protobuf::ServiceDescriptor& service) {
  methods_.reserve(static_cast<std::size_t>(service.method_count()));
  for (int i = 0; i < service.method_count(); ++i) methods_.push_back(Describe(*service.method(i)));
}

const Method& MethodTable::Find(std::string_view name) const {
  const auto found = std::ranges::find(methods_, name, &Method::name);
  if (found == methods_.end()) throw std::out_of_range("no method " + std::string(name));
  return *found;
}

void ThrowOutward(std::exception_ptr exception, const CallContext& call) {
  // The caller itself is called off, not the peer's answer.
  if (runtime::IsCancelled(exception)) std::rethrow_exception(exception);
  throw Outward(exception, &call.Trace());
}

}  // namespace market::rpc
