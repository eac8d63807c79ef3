#include "tools/protoc-gen-market/edge.hpp"

#include <google/protobuf/compiler/importer.h>
#include <gtest/gtest.h>

namespace market::codegen {
namespace {

class EdgeErrors final : public google::protobuf::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int, const std::string& message) override {
    ADD_FAILURE() << file << ":" << line << ": " << message;
  }
};

TEST(Edge, PathsThatTakeFiles_HaveALimitEach) {
  google::protobuf::compiler::DiskSourceTree tree;
  tree.MapPath("", MARKET_PROTO_DIR);
  tree.MapPath("", MARKET_PROTOBUF_INCLUDE_DIR);
  EdgeErrors errors;
  google::protobuf::compiler::Importer importer(&tree, &errors);
  const auto text = UploadLocations({importer.Import("marketplace/probe/v1/probe.proto")});
  EXPECT_TRUE(
      text.ends_with("location ~ \"^/v1/probes/[^/]+/files$\" {\n  client_max_body_size 1000000;\n"
                     "  include \"@ETC@/nginx_headers.conf\";\n  proxy_pass http://gateway;\n}\n"))
      << text;
  EXPECT_EQ(text.find("location"), text.rfind("location")) << "all others keep the common limit";
}

}  // namespace
}  // namespace market::codegen
