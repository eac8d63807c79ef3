// Kept answers that are about somebody who is forgotten.
//
// A key of somebody else whose answer names them loses the answer and keeps its operation: a retry runs that
// operation again and finds what it did, as after a run that died, and answers with what is there now.
// Answers are searched by their bytes, which no index helps: for rare work, in a worker's time.
#pragma once
#include <span>
#include <string>

#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"

namespace market::idempotency {

// The keys that an account has used are gone.
void AppendForget(postgres::Batch& batch, AccountId principal);

// Answers to these operations, whoever asked.
void AppendReopen(postgres::Batch& batch, std::span<const Uuid> operations);

// Answers that name any of `texts`, whoever asked, in any case of ASCII letters. Texts are not empty.
void AppendReopenNaming(postgres::Batch& batch, std::span<const std::string> texts);

}  // namespace market::idempotency
