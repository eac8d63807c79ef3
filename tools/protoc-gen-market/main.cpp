// protoc-gen-market: the marketplace's protoc plugin.
//
//   protoc --market_out=DIR order.proto       order.market.hpp, .cpp: interface, client, method table, binding
//   protoc --market_out=openapi:DIR *.proto   openapi.yaml of all files given
//   protoc --market_out=edge:DIR *.proto      nginx_uploads.conf of all files given
//
// A contract with problems makes no output: every problem is reported with its file and line.
#include <fmt/format.h>
#include <google/protobuf/compiler/code_generator.h>
#include <google/protobuf/compiler/plugin.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream.h>

#include <memory>

#include "tools/protoc-gen-market/contract.hpp"
#include "tools/protoc-gen-market/edge.hpp"
#include "tools/protoc-gen-market/interface.hpp"
#include "tools/protoc-gen-market/openapi.hpp"

namespace market::codegen {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::compiler::GeneratorContext;

class Generator final : public google::protobuf::compiler::CodeGenerator {
 public:
  bool GenerateAll(const std::vector<const FileDescriptor*>& files, const std::string& parameter,
                   GeneratorContext* context, std::string* error) const override {
    for (const auto* file : files) {
      for (const auto& problem : Problems(*file)) *error += (error->empty() ? "" : "\n") + problem;
    }
    if (!error->empty()) return false;
    if (parameter == "openapi") {
      const auto document = OpenApi(files);
      *error = fmt::format("{}", fmt::join(document.problems, "\n"));
      Write(*context, "openapi.yaml", document.text);
      return error->empty();
    }
    if (parameter == "edge") {
      Write(*context, "nginx_uploads.conf", UploadLocations(files));
      return true;
    }
    if (!parameter.empty()) {
      *error = "unknown parameter: " + parameter;
      return false;
    }
    for (const auto* file : files) {
      Write(*context, Stem(*file) + ".market.hpp", InterfaceHeader(*file));
      Write(*context, Stem(*file) + ".market.cpp", InterfaceSource(*file));
    }
    return true;
  }

  bool Generate(const FileDescriptor* file, const std::string& parameter, GeneratorContext* context,
                std::string* error) const override {
    return GenerateAll({file}, parameter, context, error);
  }

  std::uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }

 private:
  static void Write(GeneratorContext& context, const std::string& name, const std::string& text) {
    const std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> stream(context.Open(name));
    google::protobuf::io::CodedOutputStream(stream.get()).WriteString(text);
  }
};

}  // namespace
}  // namespace market::codegen

int main(int argc, char** argv) {
  const market::codegen::Generator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
