#include "services/notification/storage/unsubscribe_tokens.hpp"

#include <gtest/gtest.h>

namespace market::notification::storage {
namespace {

TEST(UnsubscribeTokens, ATokenNamesItsAccountAndKind_AndNoOtherIsRead) {
  UnsubscribeTokens tokens;
  tokens.Use("secret");
  const auto ada = AccountId::New();
  const auto token = tokens.Of(ada, domain::Kind::kParcelShipped);
  const auto read = tokens.Read(token);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->account, ada);
  EXPECT_EQ(read->kind, domain::Kind::kParcelShipped);
  EXPECT_LE(token.size(), 128u) << "as the contract has it";

  for (std::size_t i = 0; i < token.size(); ++i) {
    auto other = token;
    other[i] = other[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(tokens.Read(other)) << other;
  }
  EXPECT_FALSE(tokens.Read(""));
  EXPECT_FALSE(tokens.Read("ut_"));
  EXPECT_FALSE(tokens.Read(token + "a"));
  UnsubscribeTokens others;
  others.Use("another secret");
  EXPECT_FALSE(others.Read(token));
}

}  // namespace
}  // namespace market::notification::storage
