// Field rules of the contract (options.v1.FieldRules), enforced once at a service's edge on every message that enters.
#pragma once
#include <google/protobuf/message.h>

namespace market::rpc {

// Throws Error INVALID_ARGUMENT with one violation per bad field, at most 20, named by their JSON paths. Strings must be
// valid UTF-8 without control characters (except newline and tab) or bidirectional overrides.
void Validate(const google::protobuf::Message& message);

}  // namespace market::rpc
