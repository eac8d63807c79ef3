// What product's database is brought up to by marketctl migrate, in this order,
// and what product asks for at its start.
#pragma once
#include <array>

#include "migrations/audit.hpp"
#include "migrations/events.hpp"
#include "migrations/idempotency.hpp"
#include "migrations/outbox.hpp"
#include "migrations/picture_claims.hpp"
#include "migrations/picture_files.hpp"
#include "migrations/product.hpp"
#include "migrations/uploads.hpp"

namespace market::product {

inline constexpr std::array kMigrations = {&migrations::kIdempotency,   &migrations::kOutbox,
                                           &migrations::kEvents,        &migrations::kAudit,
                                           &migrations::kUploads,       &migrations::kPictureFiles,
                                           &migrations::kPictureClaims, &migrations::kProduct};

}  // namespace market::product
