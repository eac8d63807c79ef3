// Field rules of the contract (options.v1.FieldRules),
// applied once at a service's edge to every message that enters.
//
// First each text takes the form it is kept in (platform/rules/text_rules.hpp: NFC and so on, keys of maps
// too), so that rules, handlers and the fingerprints of idempotency keys see one form whatever keyboard wrote
// it. Lengths are counted in that form; those of a secret, which stays as it came, in the form it is hashed
// in. In a list of ids one that is named again counts once; a URL that is there again is refused.
//
// Beyond what options.proto says: a rule on a map binds its values, and its max_len the keys too; min and max
// on a message bind its field `amount`; an enum must have a name for its value. In a request with an
// `update_mask` (a partial update) `required` binds only those fields of its messages that the mask names.
//
// The rules of a message type are read once; a type without rules or text costs nothing. Io thread only.
#pragma once
#include <google/protobuf/message.h>

namespace market::rules {

// Brings the texts of `message` into form. Throws Error INVALID_ARGUMENT with one violation per bad field, at
// most 20, named by their JSON paths; the message is then of no use.
// A telephone number is read in the country that a field `country_code` beside it names.
// Strings must be valid UTF-8 without control characters (except newline and tab) or bidirectional overrides.
void Apply(google::protobuf::Message& message);

// Reads the rules of a type ahead of its first message.
// Throws std::invalid_argument for a pattern that does not compile.
void Prepare(const google::protobuf::Descriptor& type);

}  // namespace market::rules
