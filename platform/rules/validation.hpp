// Field rules of the contract (options.v1.FieldRules),
// enforced once at a service's edge on every message that enters.
//
// Beyond what options.proto says: a rule on a map binds its values, and its max_len the keys too; min and max
// on a message bind its field `amount`; an enum must have a name for its value. In a request with an
// `update_mask` (a partial update) `required` binds only those fields of its messages that the mask names.
//
// The rules of a message type are read once; a type without rules or text costs nothing. Io thread only.
#pragma once
#include <google/protobuf/message.h>

namespace market::rules {

// Throws Error INVALID_ARGUMENT with one violation per bad field, at most 20, named by their JSON paths.
// Strings must be valid UTF-8 without control characters (except newline and tab) or bidirectional overrides.
void Validate(const google::protobuf::Message& message);

// Reads the rules of a type ahead of its first message.
// Throws std::invalid_argument for a pattern that does not compile.
void PrepareValidation(const google::protobuf::Descriptor& type);

}  // namespace market::rules
