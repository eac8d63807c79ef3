#include "tools/protoc-gen-market/interface.hpp"

#include <fmt/format.h>

#include <set>
#include <sstream>

namespace market::codegen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string CppScope(const std::string& package) { return "::" + Replace(package, ".", "::"); }

// "marketplace.order.v1" -> "order": the name that code outside uses for the package.
std::string Alias(const FileDescriptor& file) {
  const auto& package = file.package();
  const auto begin = package.find('.') + 1;
  return package.substr(begin, package.find('.', begin) - begin);
}

std::string TypeName(const Descriptor& message, const FileDescriptor& file) {
  std::string name = message.name();
  for (const auto* outer = message.containing_type(); outer != nullptr; outer = outer->containing_type()) {
    name = outer->name() + "_" + name;
  }
  if (message.file()->package() == file.package()) return Alias(file) + "::" + name;
  return CppScope(message.file()->package()) + "::" + name;
}

std::string BaseName(const ServiceDescriptor& service) {
  return service.name().substr(0, service.name().size() - std::string_view("Service").size());
}

template <class Described>
std::string Comment(const Described& described, std::string_view indent) {
  SourceLocation location;
  if (!described.GetSourceLocation(&location)) return {};
  std::istringstream lines(location.leading_comments);
  std::string text;
  for (std::string line; std::getline(lines, line);) text += fmt::format("{}//{}\n", indent, line);
  return text;
}

// "Task<order::Order> PlaceOrder(CallContext& call, order::PlaceOrderRequest request)"
std::string Signature(const MethodDescriptor& method, std::string_view scope) {
  const auto& file = *method.file();
  return fmt::format("Task<{}> {}{}(CallContext& call, {} request)", TypeName(*method.output_type(), file),
                     scope, method.name(), TypeName(*method.input_type(), file));
}

// The methods of a class that makes some of them.
std::string Overrides(const ServiceDescriptor& service) {
  std::string text;
  for (int i = 0; i < service.method_count(); ++i) {
    text += fmt::format("  {} override;\n", Signature(*service.method(i), ""));
  }
  return text;
}

// A class of the service's methods, each by way of `held`.
std::string Implementation(const ServiceDescriptor& service, std::string_view kind, std::string_view type,
                           std::string_view held) {
  const auto base = BaseName(service);
  std::string text = fmt::format(
      "class {0}{1} final : public {0}Api {{\n public:\n"
      "  explicit {0}{1}({2}& {3}) : {3}_({3}) {{}}\n\n",
      base, kind, type, held);
  return text + Overrides(service) + fmt::format("\n private:\n  {}& {}_;\n}};\n\n", type, held);
}

std::string ServiceDeclarations(const ServiceDescriptor& service) {
  const auto base = BaseName(service);
  std::string text = Comment(service, "");
  text += fmt::format("class {0}Api {{\n public:\n  virtual ~{0}Api() = default;\n", base);
  for (int i = 0; i < service.method_count(); ++i) {
    const auto& method = *service.method(i);
    text += "\n" + Comment(method, "  ") + fmt::format("  virtual {} = 0;\n", Signature(method, ""));
  }
  text += "};\n\n";
  text += "// The same interface on another process. `channel` must outlive it.\n";
  text += Implementation(service, "Client", "rpc::Channel", "channel");
  text += fmt::format(
      "// The same interface for a peer in this process, which fails as one elsewhere would: with an Error\n"
      "// for the outside, whatever `api` throws. `api` must outlive it.\n");
  text += Implementation(service, "Neighbour", base + "Api", "api");
  text += fmt::format(
      "// For tests, which override what they expect to be called: the rest throws std::logic_error.\n"
      "class {0}StandIn : public {0}Api {{\n public:\n{1}}};\n\n",
      base, Overrides(service));
  text += fmt::format(
      "const rpc::MethodTable& {0}Methods();\n\n"
      "// `api` must outlive the binding.\nrpc::Binding Bind({0}Api& api);\n",
      base);
  return text;
}

// As protoc's C++ spells a file in its symbols. Naming one is what links the file: one that has a service and no message
// is else referred to by nothing, and left out of a program.
std::string FileSymbol(const FileDescriptor& file) {
  std::string symbol;
  for (const char c : file.name()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    symbol += plain ? std::string(1, c) : fmt::format("_{:x}", static_cast<unsigned char>(c));
  }
  return symbol;
}

std::string ServiceDefinitions(const ServiceDescriptor& service) {
  const auto base = BaseName(service);
  std::string text;
  for (int i = 0; i < service.method_count(); ++i) {
    const auto& method = *service.method(i);
    text += fmt::format(
        "{} {{\n  {} response;\n  co_await channel_.Call({}Methods()[{}], call, request, response);\n"
        "  co_return response;\n}}\n\n",
        Signature(method, base + "Client::"), TypeName(*method.output_type(), *service.file()), base, i);
    text += fmt::format("{} {{\n  return rpc::AsPeer(api_.{}(call, std::move(request)), call);\n}}\n\n",
                        Signature(method, base + "Neighbour::"), method.name());
    text += fmt::format("{} {{\n  throw std::logic_error(\"nobody expects {}\");\n}}\n\n",
                        Signature(method, base + "StandIn::"), method.full_name());
  }
  text += fmt::format(
      "const rpc::MethodTable& {0}Methods() {{\n"
      "  static const rpc::MethodTable kTable(*google::protobuf::DescriptorPool::generated_pool()\n"
      "      ->FindFileByName(::descriptor_table_{1}.filename)->FindServiceByName(\"{2}\"));\n"
      "  return kTable;\n}}\n\n",
      base, FileSymbol(*service.file()), service.name());
  text += fmt::format(
      "rpc::Binding Bind({0}Api& api) {{\n  const auto& methods = {0}Methods();\n  return {{\n", base);
  for (int i = 0; i < service.method_count(); ++i) {
    text += fmt::format("      {{&methods[{}], rpc::Handler(api, &{}Api::{})}},\n", i, base,
                        service.method(i)->name());
  }
  text += "  };\n}\n";
  return text;
}

std::string Opening(const FileDescriptor& file) {
  return fmt::format("// Made by protoc-gen-market from {}.\n", file.name());
}

}  // namespace

std::string Stem(const FileDescriptor& file) { return file.name().substr(0, file.name().rfind(".proto")); }

std::string InterfaceHeader(const FileDescriptor& file) {
  std::string text = Opening(file) + "#pragma once\n";
  text += "#include \"platform/rpc/channel.hpp\"\n#include \"platform/rpc/method.hpp\"\n";
  text += fmt::format("#include \"{}.pb.h\"\n", Stem(file));
  text += fmt::format("\nnamespace market::api {{\n\nnamespace {} = {};\n", Alias(file),
                      CppScope(file.package()));
  for (int i = 0; i < file.service_count(); ++i) text += "\n" + ServiceDeclarations(*file.service(i));
  return text + "\n}  // namespace market::api\n";
}

std::string InterfaceSource(const FileDescriptor& file) {
  std::string text =
      Opening(file) + fmt::format("#include \"{}.market.hpp\"\n\nnamespace market::api {{\n", Stem(file));
  for (int i = 0; i < file.service_count(); ++i) text += "\n" + ServiceDefinitions(*file.service(i));
  return text + "\n}  // namespace market::api\n";
}

}  // namespace market::codegen
