// What an idempotency key keeps of an answer (options/v1/kept_answer.proto), for storage that keeps it in its own
// transaction (platform/idempotency/with_effect.hpp). Pure.
#pragma once
#include <string>

#include "platform/core/error.hpp"
#include "platform/rpc/method.hpp"

namespace market::rpc {

std::string KeptAnswerOf(const Message& response);
std::string KeptAnswerOf(const Error& refusal);

}  // namespace market::rpc
