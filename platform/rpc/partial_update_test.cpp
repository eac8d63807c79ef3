#include "platform/rpc/partial_update.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "marketplace/probe/v1/probe.pb.h"
#include "platform/core/error.hpp"

namespace market::rpc {
namespace {

using google::protobuf::FieldMask;
using marketplace::probe::v1::Ruled;

FieldMask MaskOf(std::initializer_list<const char*> paths) {
  FieldMask mask;
  for (const auto* path : paths) mask.add_paths(path);
  return mask;
}

Ruled SomeRuled() {
  Ruled ruled;
  ruled.set_name("ada");
  ruled.add_tags("a");
  ruled.mutable_price()->set_amount(5);
  ruled.set_note("");  // has presence: empty, and there
  return ruled;
}

TEST(PartialUpdate_WithoutAMask, ChangesWhatIsSet) {
  const auto sent = SomeRuled();
  const FieldMask none;
  const PartialUpdate update(sent, none);
  for (const auto* field : {"name", "tags", "price", "note"}) EXPECT_TRUE(update.Changes(field)) << field;
  for (const auto* field : {"code", "count", "labels", "plain", "children"}) {
    EXPECT_FALSE(update.Changes(field)) << field;
  }
}

TEST(PartialUpdate_WithAMask, ChangesWhatItNames) {
  const auto sent = SomeRuled();
  const auto mask = MaskOf({"code", "price.amount", "labels"});
  const PartialUpdate update(sent, mask);
  for (const auto* field : {"code", "price", "labels"}) EXPECT_TRUE(update.Changes(field)) << field;
  for (const auto* field : {"name", "tags", "note"}) EXPECT_FALSE(update.Changes(field)) << field;
  std::optional<std::string> code;
  std::optional<std::string> name;
  update.Take("code", sent.code(), code).Take("name", sent.name(), name);
  EXPECT_EQ(code, "");
  EXPECT_EQ(name, std::nullopt);
}

TEST(PartialUpdate_OfUnknownFields, IsRefused) {
  const Ruled sent;
  for (const auto* path :
       {"nmae", "", "*", "name.", ".name", "price.size", "name.first", "labels.a", "tags.0"}) {
    const auto mask = MaskOf({"name", path});
    try {
      PartialUpdate(sent, mask);
      ADD_FAILURE() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.code, Code::kInvalidArgument);
      EXPECT_EQ(error.fields.at(0).field, "updateMask");
      EXPECT_EQ(error.fields.at(0).reason, "UNKNOWN_FIELD");
    }
  }
}

TEST(PartialUpdate_OfAFieldThatTheMessageLacks, IsABugOfOurs) {
  const Ruled sent;
  const FieldMask none;
  EXPECT_THROW(PartialUpdate(sent, none).Changes("nmae"), std::logic_error);
}

TEST(ExpectedVersion, OwnTags_GiveTheVersion) {
  EXPECT_EQ(ExpectedVersion("7"), 7);
  EXPECT_EQ(ExpectedVersion("12-00ff00ff00ff00ff"), 12);
}

TEST(ExpectedVersion, NothingAndAStar_ExpectNothing) {
  EXPECT_EQ(ExpectedVersion(""), std::nullopt);
  EXPECT_EQ(ExpectedVersion("*"), std::nullopt);
}

TEST(ExpectedVersion, ForeignTags_ExpectAVersionThatNoRowHas) {
  for (const auto* tag : {"-", "0", "x7", "7x", "-7", "99999999999999999999"}) {
    EXPECT_LT(ExpectedVersion(tag).value(), 1) << tag;
  }
}

}  // namespace
}  // namespace market::rpc
