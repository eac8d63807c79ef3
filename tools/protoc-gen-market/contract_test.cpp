#include "tools/protoc-gen-market/contract.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <memory>

#include "marketplace/options/v1/options.pb.h"
#include "tools/protoc-gen-market/interface.hpp"

namespace market::codegen {
namespace {

using google::protobuf::FileDescriptor;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
namespace compiler = google::protobuf::compiler;

// The contracts on disk and, over them, one file of the test.
class Sources final : public compiler::SourceTree {
 public:
  explicit Sources(std::string text) : text_(std::move(text)) {
    disk_.MapPath("", MARKET_PROTO_DIR);
    disk_.MapPath("", MARKET_PROTOBUF_INCLUDE_DIR);
  }
  google::protobuf::io::ZeroCopyInputStream* Open(const std::string& name) override {
    if (name != "marketplace/test/v1/test.proto") return disk_.Open(name);
    return new google::protobuf::io::ArrayInputStream(text_.data(), static_cast<int>(text_.size()));
  }

 private:
  std::string text_;
  compiler::DiskSourceTree disk_;
};

class Errors final : public compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int, const std::string& message) override {
    ADD_FAILURE() << file << ":" << line << ": " << message;
  }
};

class Contract : public testing::Test {
 protected:
  const FileDescriptor* Read(std::string text) {
    sources_ = std::make_unique<Sources>(std::move(text));
    importer_ = std::make_unique<compiler::Importer>(sources_.get(), &errors_);
    return importer_->Import("marketplace/test/v1/test.proto");
  }

  // A service with one method and the fields its options speak of.
  const FileDescriptor* Method(const std::string& options,
                               const std::string& rpc = "rpc Do(In) returns (Out)") {
    return Read(R"(syntax = "proto3";
package marketplace.test.v1;
import "google/api/annotations.proto";
import "marketplace/options/v1/options.proto";
message In { string id = 1; string seller_id = 2; int64 number = 3; In inner = 4; repeated string list = 5; }
message Out { enum State { NONE = 0; PENDING = 1; } string id = 1; State state = 2; int64 number = 3; }
service TestService {
  // Does it.
  )" + rpc + " { " +
                options + R"( }
}
message Held { string token = 1 [(options.v1.rules) = {header: "X-Token"}]; }
)");
  }

  const FileDescriptor* Field(const std::string& field) {
    return Read(R"(syntax = "proto3";
package marketplace.test.v1;
import "marketplace/options/v1/options.proto";
import "marketplace/type/v1/money.proto";
message In { )" +
                field + " }\n");
  }

  std::unique_ptr<Sources> sources_;
  Errors errors_;
  std::unique_ptr<compiler::Importer> importer_;
};

constexpr const char* kSafe = " option idempotency_level = NO_SIDE_EFFECTS;";

std::string Policy(const std::string& policy) { return "option (options.v1.policy) = {" + policy + "};"; }
std::string Http(const std::string& rule) { return " option (google.api.http) = {" + rule + "};"; }

TEST_F(Contract, GoodMethods_HaveNoProblems) {
  const std::vector<std::string> good = {
      Policy("allow: PUBLIC secret_answer: true"),
      Policy("allow: [ACCOUNT, SELLER, OPERATOR] permission: ORDERS_READ"),
      Policy("allow: PUBLIC permission: PRODUCTS_READ") + kSafe,
      Policy("allow: SELLER permission: ORDERS_READ seller_field: \"seller_id\""),
      Policy("allow: SELLER permission: ORDERS_READ seller_field: \"inner.seller_id\""),
      Policy("allow: [PUBLIC, SERVICE] services: \"order\"") + kSafe,
      Policy("allow: SERVICE services: \"order\""),
      Policy("allow: PUBLIC") + Http("get: \"/v1/x/{id}\"") + kSafe,
      Policy("allow: ACCOUNT idempotency_key: true") + Http("post: \"/v1/x/{id}:do\" body: \"*\""),
      Policy("allow: ACCOUNT") + Http("patch: \"/v1/x/{inner.id}\" body: \"inner\""),
      Policy("allow: ACCOUNT") + Http("post: \"/v1/x\" body: \"*\"") +
          " option (options.v1.rest) = {created: \"/v1/x/{id}\" pending_state: \"PENDING\"};",
  };
  for (const auto& options : good) EXPECT_THAT(Problems(*Method(options)), IsEmpty()) << options;
}

TEST_F(Contract, BadMethods_AreNamedWithTheirProblem) {
  struct Case {
    std::string options;
    const char* problem;
  };
  const std::vector<Case> cases = {
      {"", "has no (marketplace.options.v1.policy)"},
      {Policy("services: \"order\""), "has no (marketplace.options.v1.policy)"},
      {Policy("allow: AUDIENCE_UNSPECIFIED"), "audience that does not exist"},
      {Policy("allow: [ACCOUNT, ACCOUNT]"), "names an audience twice"},
      {Policy("allow: [PUBLIC, ACCOUNT]"), "PUBLIC includes every account"},
      {Policy("allow: PUBLIC full_account: true"), "does not allow ACCOUNT"},
      {Policy("allow: SERVICE"), "allows SERVICE but names no services"},
      {Policy("allow: PUBLIC services: \"order\""), "does not allow SERVICE"},
      {Policy("allow: [ACCOUNT, SELLER]"), "names no permission"},
      {Policy("allow: OPERATOR permission: PERMISSION_UNSPECIFIED"), "names no permission"},
      {Policy("allow: ACCOUNT permission: ORDERS_READ"), "permission that nobody it allows is asked for"},
      {Policy("allow: SELLER seller_field: \"shop\""), "seller_field \"shop\" is not a string field of In"},
      {Policy("allow: SELLER seller_field: \"number\""), "is not a string field"},
      {Policy("allow: SELLER seller_field: \"list\""), "is not a string field"},
      {Policy("allow: ACCOUNT seller_field: \"seller_id\""), "does not allow SELLER"},
      {Policy("allow: ACCOUNT idempotency_key: true") + kSafe, "has NO_SIDE_EFFECTS"},
      {Policy("allow: PUBLIC"), "callers without an account"},
      {Policy("allow: PUBLIC idempotency_key: true"), "callers without an account"},
      {Policy("allow: PUBLIC secret_answer: true") + kSafe, "for what changes something"},
      {Policy("allow: ACCOUNT secret_answer: true idempotency_key: true"), "is never kept"},
      {Policy("allow: [ACCOUNT, SERVICE] services: \"order\""), "make it two methods"},
      {Policy("allow: PUBLIC timeout_ms: 60001"), "timeout_ms is above"},
      {Policy("allow: PUBLIC refusals: REASON_UNSPECIFIED"), "reason that does not exist"},
      {Policy("allow: SERVICE services: \"order\"") + Http("post: \"/v1/x\""),
       "is internal but has a REST binding"},
      {Policy("allow: PUBLIC") + Http("get: \"/v1/x\""), "answers GET but is not NO_SIDE_EFFECTS"},
      {Policy("allow: PUBLIC") + Http("get: \"/v1/x\" body: \"*\"") + kSafe, "GET takes no body"},
      {Policy("allow: PUBLIC") + Http("post: \"v1/x\""), "does not begin with /"},
      {Policy("allow: PUBLIC") + Http("post: \"/v1/{name}\""),
       "path variable \"name\" is not a string field"},
      {Policy("allow: PUBLIC") + Http("post: \"/v1/{id=a/*}\""), "without a pattern"},
      {Policy("allow: PUBLIC") + Http("post: \"/v1/x\" body: \"id\""), "body \"id\" is not a message field"},
      {Policy("allow: PUBLIC") + Http("custom: {kind: \"HEAD\" path: \"/v1/x\"}"), "is not a verb"},
      {Policy("allow: PUBLIC") + Http("post: \"/v1/x\" additional_bindings: {post: \"/v1/x\"}"),
       "is bound to Do already"},
      {Policy("allow: PUBLIC") + " option (options.v1.rest) = {created: \"/v1/x\"};",
       "rest.created is for POST"},
      {Policy("allow: PUBLIC") + Http("post: \"/v1/x\"") +
           " option (options.v1.rest) = {created: \"/v1/x/{number}\"};",
       "rest.created: \"number\""},
      {Policy("allow: PUBLIC") + " option (options.v1.rest) = {pending_state: \"WAITING\"};",
       "is not a state of Out"},
      {Policy("allow: ACCOUNT") + " option (options.v1.rest) = {max_age_s: 5};" + kSafe, "only public reads"},
      {Policy("allow: ACCOUNT") + Http("get: \"/v1/x\"") + " option (options.v1.rest) = {cached: true};" +
           kSafe,
       "only public reads of REST are cached"},
      {Policy("allow: PUBLIC") + Http("post: \"/v1/x\" body: \"*\"") +
           " option (options.v1.rest) = {cached: true};",
       "only public reads of REST are cached"},
      {Policy("allow: PUBLIC") + Http("get: \"/v1/x\"") +
           " option (options.v1.rest) = {cached: true download: true};" + kSafe,
       "no answer of one piece"},
      {Policy("allow: PUBLIC") + Http("post: \"/v1/x\" body: \"*\"") +
           " option (options.v1.rest) = {any_body: true};",
       "rest.any_body"},
      {Policy("allow: ACCOUNT") + Http("post: \"/v1/x\"") + " option (options.v1.rest) = {raw: \"nothing\"};",
       "rest.raw \"nothing\" is no bytes field"},
      {Policy("allow: ACCOUNT") + Http("post: \"/v1/x\" body: \"*\"") +
           " option (options.v1.rest) = {raw: \"nothing\"};",
       "rest.raw is for POST without another body"},
      {Policy("allow: PUBLIC") + Http("get: \"/v1/x\"") + " option (options.v1.rest) = {events: true};" +
           kSafe,
       "rest.events is for reads that wait"},
      {Policy("allow: PUBLIC waits: true") + Http("get: \"/v1/x\"") +
           " option (options.v1.rest) = {events: true};" + kSafe,
       "rest.events needs `after` and `wait_ms`"},
  };
  for (const auto& each : cases) {
    EXPECT_THAT(Problems(*Method(each.options)), Contains(HasSubstr(each.problem))) << each.options;
  }
}

// Methods whose REST side is a file, by what is between the braces of each: the one that takes it, the one that takes its
// pieces, the one that gives it.
struct Files {
  std::string take = Policy("allow: ACCOUNT") + Http("post: \"/v1/x\"") + Rest();
  std::string add = Policy("allow: ACCOUNT");
  std::string give = Policy("allow: ACCOUNT") + Http("get: \"/v1/x\"") + kSafe +
                     " option (options.v1.rest) = {download: true};";
  std::string file = "type.v1.Upload file = 1;";
  std::string piece = "type.v1.Piece";
  std::string content = "bytes content = 1;";

  static std::string Rest(
      const std::string& upload = "upload: \"file\" pieces: \"Add\" upload_bytes_max: 1000") {
    return " option (options.v1.rest) = {" + upload + "};";
  }
  std::string Text() const {
    return R"(syntax = "proto3";
package marketplace.test.v1;
import "google/api/annotations.proto";
import "marketplace/options/v1/options.proto";
import "marketplace/type/v1/upload.proto";
message TakeRequest { )" +
           file + R"( string text = 2; }
message GiveRequest { string after = 1; string text = 2; }
message GiveResponse { )" +
           content + R"( string next = 2; string media_type = 3; string file_name = 4; }
service TestService {
  rpc Take(TakeRequest) returns (TakeRequest) { )" +
           take + " }\n  rpc Add(" + piece + ") returns (type.v1.PieceAdded) { " + add +
           " }\n  rpc Give(GiveRequest) returns (GiveResponse) { " + give + " }\n}\n";
  }
};

TEST_F(Contract, Files_HaveNoProblems) {
  EXPECT_THAT(Problems(*Read(Files().Text())), IsEmpty());
  EXPECT_THAT(
      Problems(*Read(Files{.add = Policy("allow: [ACCOUNT, SELLER] permission: PRODUCTS_WRITE")}.Text())),
      IsEmpty());
}

TEST_F(Contract, BadFiles_AreNamedWithTheirProblem) {
  const std::string post = Policy("allow: ACCOUNT") + Http("post: \"/v1/x\"");
  const std::string shops = Policy("allow: SELLER permission: PRODUCTS_WRITE") + Http("post: \"/v1/x\"");
  struct Case {
    Files files;
    const char* problem;
  };
  const std::vector<Case> cases = {
      {{.take = post + Files::Rest("upload: \"text\" pieces: \"Add\" upload_bytes_max: 1")},
       "rest.upload \"text\" is no type.v1.Upload of TakeRequest"},
      {{.take = post + Files::Rest("pieces: \"Add\" upload_bytes_max: 1")}, "rest.upload \"\" is no"},
      {{.file = "repeated type.v1.Upload file = 1;"}, "rest.upload \"file\" is no"},
      {{.take = post + Files::Rest("upload: \"file\" pieces: \"Add\"")},
       "needs an upload_bytes_max of at most"},
      {{.take = post + Files::Rest("upload: \"file\" pieces: \"Add\" upload_bytes_max: 134217729")},
       "needs an upload_bytes_max of at most"},
      {{.take = post + Files::Rest("upload: \"file\" upload_bytes_max: 1")}, "rest.pieces \"\" is no method"},
      {{.take = post + Files::Rest("upload: \"file\" pieces: \"Give\" upload_bytes_max: 1")},
       "rest.pieces \"Give\" is no method of TestService from Piece to PieceAdded"},
      {{.take = Policy("allow: ACCOUNT") + Http("post: \"/v1/x\" body: \"*\"") + Files::Rest()},
       "by POST or PUT"},
      {{.take = Policy("allow: ACCOUNT") + Http("delete: \"/v1/x\"") + Files::Rest()}, "by POST or PUT"},
      {{.take = Policy("allow: ACCOUNT") + Files::Rest()}, "by POST or PUT"},
      {{.take = Policy("allow: PUBLIC secret_answer: true") + Http("post: \"/v1/x\"") + Files::Rest()},
       "rest.upload is for accounts"},
      {{.take = shops + Files::Rest()}, "allows SELLER, to whom Add is refused"},
      {{.take = post + Files::Rest("upload: \"file\" pieces: \"Add\" upload_bytes_max: 1 download: true")},
       "is of several kinds"},
      {{.give = Policy("allow: ACCOUNT") + Http("get: \"/v1/x\" additional_bindings: {post: \"/v1/x\"}") +
                kSafe + " option (options.v1.rest) = {download: true};"},
       "rest.download is for reads by GET"},
      {{.content = "string content = 1;"}, "rest.download needs `content`"},
      {{.give = Policy("allow: ACCOUNT") + Http("get: \"/v1/x\"") + kSafe +
                " option (options.v1.rest) = {shown_by: \"Add\" shown_as: \"text/html\"};"},
       "name a download of"},
      {{.give = Policy("allow: ACCOUNT") + Http("get: \"/v1/x\"") + kSafe +
                " option (options.v1.rest) = {download: true shown_by: \"Give\" shown_as: \"text/html\"};"},
       "rest.shown_by is for reads that answer JSON"},
      {{.give = Policy("allow: ACCOUNT") + kSafe + " option (options.v1.rest) = {download: true};"},
       "rest.download is for reads by GET"},
  };
  for (const auto& each : cases)
    EXPECT_THAT(Problems(*Read(each.files.Text())), Contains(HasSubstr(each.problem))) << each.files.Text();
}

TEST_F(Contract, Streams_AreRefused) {
  const auto problems = Problems(*Method(Policy("allow: PUBLIC"), "rpc Do(In) returns (stream Out)"));
  EXPECT_THAT(problems, Contains(HasSubstr("streaming is not supported")));
}

TEST_F(Contract, Problem_NamesFileLineAndMethod) {
  EXPECT_THAT(Problems(*Method("")),
              Contains(HasSubstr("marketplace/test/v1/test.proto:9: TestService.Do: ")));
}

TEST_F(Contract, BadRules_AreNamed) {
  struct Case {
    std::string field;
    const char* problem;
  };
  const std::vector<Case> cases = {
      {"int64 a = 1 [(options.v1.rules) = {max_len: 3}];", "rules for text"},
      {"string a = 1 [(options.v1.rules) = {min: 3}];", "on what is not an integer"},
      {"string a = 1 [(options.v1.rules) = {max_items: 3}];", "items rules on one value"},
      {"string a = 1 [(options.v1.rules) = {min_len: 4 max_len: 3}];", "min_len is above max_len"},
      {"int64 a = 1 [(options.v1.rules) = {min: 4 max: 3}];", "min is above max"},
      {"repeated string a = 1 [(options.v1.rules) = {min_items: 4 max_items: 3}];", "min_items is above"},
      {"string a = 1 [(options.v1.rules) = {pattern: \"(\"}];", "pattern"},
      {"string a = 1 [(options.v1.rules) = {pattern: \"[a-z]+\" example: \"A\"}];",
       "does not match the pattern"},
      {"uint64 a = 1;", "uint64 does not fit"},
  };
  for (const auto& each : cases)
    EXPECT_THAT(Problems(*Field(each.field)), Contains(HasSubstr(each.problem))) << each.field;
  EXPECT_THAT(Problems(*Field("type.v1.Money a = 1 [(options.v1.rules) = {min: 1}];")), IsEmpty());
  EXPECT_THAT(Problems(*Field("map<string, string> a = 1 [(options.v1.rules) = {max_len: 1 max_items: 2}];")),
              IsEmpty());
}

TEST_F(Contract, Interface_CarriesCommentsAndTypes) {
  const auto header = InterfaceHeader(*Method(Policy("allow: PUBLIC")));
  EXPECT_THAT(header, HasSubstr("namespace test = ::marketplace::test::v1;"));
  EXPECT_THAT(
      header,
      HasSubstr("  // Does it.\n  virtual Task<test::Out> Do(CallContext& call, test::In request) = 0;"));
  EXPECT_THAT(header, HasSubstr("class TestClient final : public TestApi {"));
  EXPECT_THAT(header, HasSubstr("class TestStandIn : public TestApi {"));
  const auto empty = InterfaceHeader(*Read(R"(syntax = "proto3";
package marketplace.test.v1;
import "google/protobuf/empty.proto";
import "marketplace/options/v1/options.proto";
message Outer { message In {} }
service TestService {
  rpc Do(Outer.In) returns (google.protobuf.Empty) { option (options.v1.policy) = {allow: PUBLIC}; }
})"));
  EXPECT_THAT(empty,
              HasSubstr("Task<::google::protobuf::Empty> Do(CallContext& call, test::Outer_In request)"));
}

// The key of a caller without an account is that of who knows what comes as the header.
TEST_F(Contract, AMethodForEverybody_MayChangeSomething_WithAHeader) {
  const std::string rpc = "rpc Do(Held) returns (Out)";
  EXPECT_THAT(Problems(*Method(Policy("allow: PUBLIC"), rpc)), IsEmpty());
  EXPECT_THAT(Problems(*Field("int64 number = 1 [(options.v1.rules) = {header: \"X-Number\"}];")),
              Contains(HasSubstr("a header is one string")));
}

}  // namespace
}  // namespace market::codegen
