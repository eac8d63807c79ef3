// What is asked under an idempotency key is done once.
#pragma once
#include <chrono>

#include "platform/postgres/database.hpp"
#include "sandbox/answers.hpp"
#include "sandbox/provider.hpp"

namespace market::sandbox {

inline Work Soon(const Work& work) { return work.With(runtime::After(std::chrono::seconds(10))); }

inline constexpr postgres::Statement kFindAnswer{"answer.find", R"sql(
  SELECT request, status, body, created_at <= market_now() - interval '24 hours' FROM answer
  WHERE idempotency_key = $1)sql"};
inline constexpr postgres::Statement kForgetAnswer{"answer.forget",
                                                   "DELETE FROM answer WHERE idempotency_key = $1"};
inline constexpr postgres::Statement kKeepAnswer{
    "answer.keep", "INSERT INTO answer (idempotency_key, request, status, body) VALUES ($1, $2, $3, $4)"};

// Runs `effect` under the key: its answer and its effect commit together,
// and a key that has an answer gets that one.
template <class Effect>
Task<Answer> Once(postgres::Database& database, Work work, const Change& change, Effect effect) {
  for (int attempt = 0;; ++attempt) {
    auto body = [&](postgres::Tx& tx) -> Task<Answer> {
      if (change.key.empty()) co_return co_await effect(tx);
      const auto known = co_await tx.Execute(kFindAnswer, change.key);
      if (!known.empty() && !known.One().GetBool(3)) {
        if (known.One().Text(0) != change.request) {
          co_return Failure(
              400, "idempotency_error", "",
              "Keys for idempotent requests can only be used with the same parameters they were first"
              " used with.");
        }
        co_return Answer{static_cast<int>(known.One().Int(1)), std::string(known.One().Text(2)), true};
      }
      if (!known.empty()) co_await tx.Execute(kForgetAnswer, change.key);
      Answer answer = co_await effect(tx);
      co_await tx.Execute(kKeepAnswer, change.key, change.request, answer.status, answer.body);
      co_return answer;
    };
    try {
      co_return co_await database.Transaction(Soon(work), body);
    } catch (const postgres::SqlError& error) {
      // A twin committed first; what it answered is the answer.
      if (attempt > 0 || !error.Is("23505")) throw;
    }
  }
}

}  // namespace market::sandbox
