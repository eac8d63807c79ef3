// What the gateway itself looks at in a method's answer, found in its bytes. Pure; throws Error INTERNAL for bytes
// that are no records.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/transcoding/schema.hpp"
#include "gateway/transcoding/wire.hpp"
#include "platform/core/error.hpp"

namespace market::gateway {

// The one field of this name and kind that is no list; null when there is none.
const transcoding::FieldSchema* FindField(const transcoding::MessageSchema& schema, const std::string& name,
                                          transcoding::Kind kind);

// What a peer that sends other bytes than its contract says is to the caller.
Error Malformed();

// The last record of the field at the end of the path; nullopt: none. A message that is there twice is merged, so the
// field may be in any part of it.
std::optional<transcoding::WireRecord> Find(std::string_view message,
                                            std::span<const transcoding::FieldSchema* const> path);
std::string_view TextOf(std::string_view message, std::span<const transcoding::FieldSchema* const> path);

}  // namespace market::gateway
