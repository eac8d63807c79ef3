#include "tools/protoc-gen-market/openapi.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/compiler/importer.h>
#include <gtest/gtest.h>

#include <set>

#include "marketplace/options/v1/reason.pb.h"
#include "tools/protoc-gen-market/comment.hpp"
#include "tools/protoc-gen-market/yaml.hpp"

namespace market::codegen {
namespace {

using testing::HasSubstr;
using testing::Not;

class CompilerErrors final : public google::protobuf::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int, const std::string& message) override {
    ADD_FAILURE() << file << ":" << line << ": " << message;
  }
};

// The part of `text` from `begin` to `end`.
std::string Part(const std::string& text, const std::string& begin, const std::string& end) {
  const auto from = text.find(begin);
  EXPECT_NE(from, text.npos) << begin;
  return from == text.npos ? "" : text.substr(from, text.find(end, from + begin.size()) - from);
}

class OpenApiTest : public testing::Test {
 protected:
  OpenApiTest() {
    tree_.MapPath("", MARKET_PROTO_DIR);
    tree_.MapPath("", MARKET_PROTOBUF_INCLUDE_DIR);
    document_ = OpenApi({importer_.Import("marketplace/type/v1/refusal.proto"),
                         importer_.Import("marketplace/probe/v1/probe.proto")});
  }

  google::protobuf::compiler::DiskSourceTree tree_;
  CompilerErrors errors_;
  google::protobuf::compiler::Importer importer_{&tree_, &errors_};
  OpenApiDocument document_;
  const std::string& text_ = document_.text;
};

TEST_F(OpenApiTest, Stream_HasItsTypeAndItsHeader) {
  const auto document = OpenApi({importer_.Import("marketplace/type/v1/refusal.proto"),
                                 importer_.Import("marketplace/notification/v1/notification.proto")});
  const auto stream = Part(document.text, "/v1/events:stream", "\n  /v1/");
  for (const char* part :
       {"operationId: listLiveEvents\n", "#/components/parameters/LastEventId",
        "text/event-stream:", "#/components/schemas/LiveEvent", "\"401\":", "\"429\":", "\"503\":"}) {
    EXPECT_THAT(stream, HasSubstr(part));
  }
  for (const char* part : {"name: waitMs", "name: after", "application/json:"})
    EXPECT_THAT(stream, Not(HasSubstr(part))) << stream;
}

TEST_F(OpenApiTest, FileThatComesIn_IsTheBody) {
  const auto post = Part(text_, "  \"/v1/probes/{text}/files\":\n", "\ncomponents:");
  for (const char* part :
       {"operationId: takeFile\n", "name: dryRun\n", "#/components/parameters/OptionalIdempotencyKey",
        "requestBody:\n        required: true\n", "at most 1000000 bytes", "application/octet-stream:",
        "format: binary", "\"201\":", "\"413\":", "\"415\":", "#/components/schemas/ProbeReply"}) {
    EXPECT_THAT(post, HasSubstr(part));
  }
  EXPECT_THAT(post, Not(HasSubstr("name: file"))) << post;
  for (const char* reason : {"LIMIT_REACHED:", "UPLOAD_INCOMPLETE:", "BODY_TOO_LARGE:"})
    EXPECT_THAT(text_, HasSubstr(reason));
}

TEST_F(OpenApiTest, FileThatGoesOut_IsTheAnswer) {
  const auto get = Part(text_, "  \"/v1/probes/{text}/file\":\n", "\n  \"/v1/");
  for (const char* part : {"operationId: giveFile\n", "name: rows\n", "application/octet-stream:", "\"*/*\":",
                           "#/components/headers/Content-Disposition", "\"404\":"}) {
    EXPECT_THAT(get, HasSubstr(part));
  }
  for (const char* part : {"name: after", "GiveFileResponse", "application/json:"})
    EXPECT_THAT(get, Not(HasSubstr(part))) << get;
}

TEST_F(OpenApiTest, KeyedPost_HasItsHeaderBodyAndAnswers) {
  const auto post = Part(text_, "    post:\n", "\ncomponents:");
  for (const char* part :
       {"operationId: place\n", "#/components/parameters/IdempotencyKey", "#/components/schemas/ProbeRequest",
        "\"201\":", "\"202\":", "#/components/headers/Location", "#/components/headers/Idempotent-Replayed",
        "#/components/headers/Retry-After", "#/components/responses/BadBodyOrKey",
        "\"409\":", "\"422\":", "\"413\":", "\"415\":", "state: PENDING\n", "state: DONE\n"}) {
    EXPECT_THAT(post, HasSubstr(part));
  }
  EXPECT_THAT(post, Not(HasSubstr("security: []")));
}

TEST_F(OpenApiTest, EveryChange_TakesAKey) {
  const auto change = Part(text_, "  /v1/probe:\n", "  /v1/probes:\n");
  EXPECT_THAT(change, HasSubstr("#/components/parameters/OptionalIdempotencyKey"));
  EXPECT_THAT(change, HasSubstr("#/components/headers/Idempotent-Replayed"));
  EXPECT_THAT(change, HasSubstr("\"409\":"));
  EXPECT_THAT(change, HasSubstr("\"422\":"));
  EXPECT_THAT(Part(text_, "    OptionalIdempotencyKey:\n", "    IfMatch:\n"), Not(HasSubstr("required")));
}

TEST_F(OpenApiTest, PublicGet_HasQueryParametersAndNoSecurity) {
  const auto get = Part(text_, "    get:\n", "    post:\n");
  EXPECT_THAT(get, HasSubstr("security: []"));
  EXPECT_THAT(get, HasSubstr("- name: sellerId\n          in: query"));
  EXPECT_THAT(get, HasSubstr("allowEmptyValue: true"));
  EXPECT_THAT(get, HasSubstr("maxLength: 20"));
  EXPECT_THAT(get, Not(HasSubstr("requestBody")));
  EXPECT_THAT(get, Not(HasSubstr("\"403\"")));
}

TEST_F(OpenApiTest, Bodies_AreClosedAndAnswersOpen) {
  EXPECT_THAT(Part(text_, "    ProbeRequest:\n", "\n    Reason"), HasSubstr("additionalProperties: false"));
  const auto answer = Part(text_, "    ProbeReply:\n", "    ProbeReplyState:\n");
  EXPECT_THAT(answer, Not(HasSubstr("additionalProperties")));
  EXPECT_THAT(answer,
              HasSubstr("required:\n        - text\n        - number\n        - state\n      properties"));
  EXPECT_THAT(answer, HasSubstr("type: integer\n          format: int64"));
}

TEST_F(OpenApiTest, Refusals_AreNothingButAReference) {
  const std::string media = "application/problem+json:\n          ";
  int refusals = 0;
  for (auto at = text_.find(media); at != text_.npos; at = text_.find(media, at + 1)) {
    ++refusals;
    EXPECT_THAT(text_.substr(at + media.size(), 90),
                testing::StartsWith(
                    "schema:\n            $ref: \"#/components/schemas/Problem\"\n          examples:"));
  }
  EXPECT_GT(refusals, 10);
}

TEST_F(OpenApiTest, Names_AreNotThoseOfGeneratedCode) {
  for (const char* name : {"Response:\n      type: object", "\n    New"})
    EXPECT_THAT(text_, Not(HasSubstr(name)));
}

TEST_F(OpenApiTest, Examples_GiveEachThingOneIdOfItsOwn) {
  const auto text = OpenApi({importer_.Import("marketplace/type/v1/refusal.proto"),
                             importer_.Import("marketplace/order/v1/order.proto")})
                        .text;
  const auto ids = [&](const std::string& field) {
    std::set<std::string> values;
    for (auto at = text.find(field + ": \"0"); at != text.npos; at = text.find(field + ": \"0", at + 1))
      values.insert(text.substr(at + field.size() + 3, 36));
    return values;
  };
  std::set<std::string> all;
  for (const char* field :
       {"offerId", "productId", "sellerId", "orderId", "sellerOrderId", "shippingAddressId"}) {
    const auto one = ids(field);
    EXPECT_EQ(one.size(), 1u) << field;
    all.insert(one.begin(), one.end());
  }
  EXPECT_EQ(all.size(), 6u);
}

TEST_F(OpenApiTest, ARefusal_ShowsWhatItsReasonCarries) {
  const auto text = OpenApi({importer_.Import("marketplace/type/v1/refusal.proto"),
                             importer_.Import("marketplace/order/v1/order.proto")})
                        .text;
  const auto example = [&](const std::string& reason) {
    return Part(text, "            " + reason + ":\n              value:\n", "traceId");
  };
  EXPECT_THAT(example("OUT_OF_STOCK"),
              testing::AllOf(HasSubstr("metadata:\n"), HasSubstr("requested: 3\n"),
                             HasSubstr("available: 1\n"), Not(HasSubstr("oldPrice"))));
  EXPECT_THAT(example("PRICE_CHANGED"),
              testing::AllOf(HasSubstr("quoteHash:"), HasSubstr("newPrice:"), Not(HasSubstr("available"))));
  EXPECT_THAT(example("NOT_FOUND"), Not(HasSubstr("metadata")));
}

TEST_F(OpenApiTest, MetadataOfRefusals_IsThatOfTheirReasons) {
  std::set<std::string> fields;
  const auto& metadata =
      *importer_.Import("marketplace/type/v1/refusal.proto")->FindMessageTypeByName("RefusalMetadata");
  for (int i = 0; i < metadata.field_count(); ++i) {
    const auto& field = *metadata.field(i);
    if (!field.is_repeated()) fields.insert(field.json_name());
    for (int j = 0; field.is_repeated() && j < field.message_type()->field_count(); ++j)
      fields.insert(field.json_name() + "." + field.message_type()->field(j)->json_name());
  }
  namespace options = marketplace::options::v1;
  std::set<std::string> named;
  for (int i = 0; i < options::Reason_descriptor()->value_count(); ++i) {
    const auto& info = options::Reason_descriptor()->value(i)->options().GetExtension(options::info);
    named.insert(info.metadata().begin(), info.metadata().end());
  }
  EXPECT_EQ(named, fields);
}

TEST_F(OpenApiTest, FieldsWithoutAWord_AreProblemsByLine) {
  EXPECT_THAT(document_.problems, testing::Contains(testing::MatchesRegex(
                                      "marketplace/probe/v1/probe.proto:[0-9]+: "
                                      "marketplace.probe.v1.ProbeReply.number: has no comment.*")));
  EXPECT_THAT(document_.problems, testing::Each(HasSubstr("probe.proto")));
}

TEST_F(OpenApiTest, InternalMethods_AreNotInIt) { EXPECT_THAT(text_, Not(HasSubstr("readInside"))); }

TEST(Yaml, Scalars_AreQuotedWhenTheyCouldBeSomethingElse) {
  Yaml document;
  document.Set("plain", "Place order")
      .Set("word", "no")
      .Set("number", "17")
      .Set("colon", "a: b")
      .Set("empty", "");
  document.Set("quote", "say \"hi\"\n")
      .Set("truth", true)
      .Set("count", 3)
      .Set("hash", "a #b")
      .Set("200", "x");
  document.Set("none", Yaml()).Set("items", Yaml::List({"a", Yaml().Set("k", Yaml::List()), 2}));
  EXPECT_EQ(document.Write(),
            "plain: Place order\nword: \"no\"\nnumber: \"17\"\ncolon: \"a: b\"\nempty: \"\"\nquote: \"say "
            "\\\"hi\\\"\\n\"\n"
            "truth: true\ncount: 3\nhash: \"a #b\"\n\"200\": x\nnone: {}\nitems:\n  - a\n  - k: []\n  - 2\n");
}

TEST(Comment, Names_BecomeSentences) {
  EXPECT_EQ(Sentence("PlaceOrder"), "Place order");
  EXPECT_EQ(Paragraph(" One\n two.\n"), "One two.");
}

}  // namespace
}  // namespace market::codegen
