#include "platform/postgres/conninfo.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <map>
#include <memory>

namespace market::postgres {
namespace {

// As libpq reads it.
std::map<std::string, std::string> Parsed(const std::string& conninfo) {
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(conninfo.c_str(), &problem), PQconninfoFree);
  if (!options) {
    ADD_FAILURE() << problem;
    PQfreemem(problem);
    return {};
  }
  std::map<std::string, std::string> found;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) found[option->keyword] = option->val;
  }
  return found;
}

TEST(VerifiedBy, EveryFormOfAConnectionString_ChecksTheServer) {
  for (const std::string path : {"/run/ca.crt", "/with blank/it's\\ca&x=%.crt"}) {
    for (const std::string conninfo :
         {"host=db dbname=order user=u password='a b'",
          "host=db dbname=order sslmode=disable sslrootcert=/other", "postgresql://u:p@db:5432/order",
          "postgres://u:p@db/order?sslmode=require&connect_timeout=3"}) {
      const auto found = Parsed(VerifiedBy(conninfo, path));
      EXPECT_EQ(found.at("sslmode"), "verify-full") << conninfo;
      EXPECT_EQ(found.at("sslrootcert"), path) << conninfo;
      EXPECT_EQ(found.at("host"), "db") << conninfo;
      EXPECT_EQ(found.at("dbname"), "order") << conninfo;
    }
  }
}

TEST(VerifiedBy, WithoutRoots_StaysAsItIs) { EXPECT_EQ(VerifiedBy("host=db", ""), "host=db"); }

}  // namespace
}  // namespace market::postgres
