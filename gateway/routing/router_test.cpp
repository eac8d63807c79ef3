#include "gateway/routing/router.hpp"

#include <gtest/gtest.h>

namespace market::routing {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    Add("GET", "/v1/products");
    Add("GET", "/v1/products/{product_id}");
    Add("PATCH", "/v1/products/{product_id}");
    Add("POST", "/v1/products/{product_id}:publish");
    Add("POST", "/v1/products/{product_id}/offers");
    Add("GET", "/v1/sessions");
    Add("POST", "/v1/sessions");
    Add("POST", "/v1/sessions:refresh");
    Add("DELETE", "/v1/sessions/current");
    Add("DELETE", "/v1/sessions/{session_id}");
    Add("GET", "/v1/sessions/{session_id}");
    Add("GET", "/v1/{kind}/x/{id}");
    Add("GET", "/.well-known/jwks.json");
    Add("POST", "/v1/accounts/me:changePassword");
  }
  void Add(const char* method, const char* path) {
    router_.Add(method, path, names_.size());
    names_.push_back(std::string(method) + " " + path);
  }
  // "GET /v1/products/{product_id} 42", or "" without a match.
  std::string Find(std::string_view method, std::string_view path) {
    const auto match = router_.Find(method, path);
    if (!match) return "";
    std::string text = names_[match->target];
    for (const auto variable : match->variables) {
      if (!variable.empty()) text += " " + std::string(variable);
    }
    return text;
  }

  Router router_;
  std::vector<std::string> names_;
};

TEST_F(RouterTest, Find_KnownPaths_GivesTargetAndVariables) {
  const std::vector<std::array<std::string, 3>> cases = {
      {"GET", "/v1/products", "GET /v1/products"},
      {"GET", "/v1/products/42", "GET /v1/products/{product_id} 42"},
      {"PATCH", "/v1/products/42", "PATCH /v1/products/{product_id} 42"},
      {"POST", "/v1/products/42:publish", "POST /v1/products/{product_id}:publish 42"},
      {"POST", "/v1/products/4:2:publish", "POST /v1/products/{product_id}:publish 4:2"},
      {"POST", "/v1/products/42/offers", "POST /v1/products/{product_id}/offers 42"},
      {"POST", "/v1/sessions:refresh", "POST /v1/sessions:refresh"},
      {"DELETE", "/v1/sessions/current", "DELETE /v1/sessions/current"},
      {"DELETE", "/v1/sessions/7", "DELETE /v1/sessions/{session_id} 7"},
      {"GET", "/v1/sessions/current", "GET /v1/sessions/{session_id} current"},  // the literal has no GET
      {"GET", "/v1/products/42:publish", ""},                                    // that verb is POST only
      {"GET", "/v1/sessions/x/1", "GET /v1/{kind}/x/{id} sessions 1"},           // back out of the literal
      {"GET", "/v1/products/a%2Fb", "GET /v1/products/{product_id} a%2Fb"},
      {"GET", "/.well-known/jwks.json", "GET /.well-known/jwks.json"},
      {"POST", "/v1/accounts/me:changePassword", "POST /v1/accounts/me:changePassword"},
  };
  for (const auto& [method, path, expected] : cases) EXPECT_EQ(Find(method, path), expected) << path;
}

TEST_F(RouterTest, Find_OtherPaths_GivesNothing) {
  for (const char* path : {"",
                           "/",
                           "//",
                           "/v1",
                           "/v1/",
                           "/v1/product",
                           "/v1/products/",
                           "/v1//products",
                           "/V1/products",
                           "/v1/products/1/offers/",
                           "/v1/products/1/offers/2",
                           "v1/products",
                           "/v1/products/:publish",
                           "/v1/products/1:",
                           "/v1/products/1:other",
                           "/v1/sessions/a:b",
                           "/v1/./products",
                           "/v1/x/../products",
                           "/.well-known",
                           "/v1/accounts/me",
                           "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a",
                           "*"}) {
    for (const char* method : {"GET", "POST", "DELETE"}) EXPECT_EQ(Find(method, path), "") << path;
    EXPECT_TRUE(router_.MethodsOf(path).empty()) << path;
  }
}

TEST_F(RouterTest, MethodsOf_SeveralTemplates_GivesAllOfThem) {
  using List = std::vector<std::string_view>;
  EXPECT_EQ(router_.MethodsOf("/v1/products/1"), (List{"GET", "PATCH"}));
  EXPECT_EQ(router_.MethodsOf("/v1/products/1:publish"), (List{"POST"}));  // a verb, not a name with a colon
  EXPECT_EQ(router_.MethodsOf("/v1/sessions/current"), (List{"DELETE", "GET"}));
  EXPECT_EQ(router_.MethodsOf("/v1/sessions"), (List{"GET", "POST"}));
}

TEST_F(RouterTest, Add_BadOrDouble_Throws) {
  for (const char* path : {"", "v1", "/", "/v1/", "/v1//x", "/v1/*", "/v1/{x=y}", "/v1/{x", "/v1/a{x}",
                           "/v1/{}", "/v1:", "/{a}/{b}/{c}/{d}/{e}", "/v1:a/b"}) {
    EXPECT_THROW(router_.Add("GET", path, 0), std::logic_error) << path;
  }
  EXPECT_THROW(router_.Add("GET", "/v1/products/{other_name}", 0), std::logic_error);
}

}  // namespace
}  // namespace market::routing
