// JSON Schemas (2020-12, as OpenAPI 3.1 has them)
// and examples of the messages of a contract, as REST carries them.
//
// A message has up to three schemas: as an answer ("Address": everything that is not `optional` is required,
// because the gateway always writes it), as a body ("AddressInput": no other fields, rules, required fields) and
// as the body of a partial update ("AddressPatch": nothing required). A message that is only ever a body keeps
// its plain name. "ListOrdersResponse" is called "ListOrdersResult": the other is what generators call the HTTP
// answer of `listOrders`.
#pragma once
#include <google/protobuf/descriptor.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/protoc-gen-market/yaml.hpp"

namespace market::codegen {

enum class Use { kAnswer, kBody, kPatch };

class Schemas {
 public:
  // All files of the document: their rules' examples are what fields of the same name without one get.
  explicit Schemas(const std::vector<const google::protobuf::FileDescriptor*>& files);

  // The schema of a message; it and what it contains become components.
  // `without` are fields that travel elsewhere.
  Yaml Of(const google::protobuf::Descriptor& message, Use use, const std::set<std::string>& without = {});
  // Of one field, for a parameter.
  Yaml OfField(const google::protobuf::FieldDescriptor& field, Use use);
  Yaml Example(const google::protobuf::Descriptor& message, Use use,
               const std::set<std::string>& without = {}) const;
  // The same with this value wherever its enum stands.
  Yaml ExampleIn(const google::protobuf::EnumValueDescriptor& state,
                 const google::protobuf::Descriptor& message);
  // Of an answer with these fields alone, absent or not: by their JSON names, "lines.available" inside another.
  Yaml ExampleWith(const google::protobuf::Descriptor& message, const std::vector<std::string>& paths) const;
  Yaml ExampleOf(const google::protobuf::FieldDescriptor& field, Use use) const {
    return FieldExample(field, use, 0);
  }

  // Fields of the components that nobody has described, "file:line: name: what is wrong".
  const std::vector<std::string>& Problems() const { return problems_; }
  // The words for a field, which are missed when there are none.
  std::string Describe(const google::protobuf::FieldDescriptor& field);

  // By name, sorted.
  const std::map<std::string, Yaml>& Components() const { return components_; }

 private:
  std::string NameOf(const google::protobuf::Descriptor& message, Use use);
  std::string NameOf(const google::protobuf::EnumDescriptor& type);
  std::string Claim(const std::string& full_name, const std::string& plain, const std::string& service);
  Yaml Object(const google::protobuf::Descriptor& message, Use use, const std::set<std::string>& without);
  Yaml Single(const google::protobuf::FieldDescriptor& field, Use use);
  Yaml MapOf(const google::protobuf::FieldDescriptor& field, Use use);
  Yaml MessageExample(const google::protobuf::Descriptor& message, Use use,
                      const std::set<std::string>& without, int depth) const;
  Yaml FieldExample(const google::protobuf::FieldDescriptor& field, Use use, int depth) const;
  Yaml SingleExample(const google::protobuf::FieldDescriptor& field, Use use, int depth) const;
  Yaml AmountExample(const google::protobuf::FieldDescriptor& field, Use use, int depth) const;
  std::string TextExample(const google::protobuf::FieldDescriptor& field) const;

  std::map<std::string, std::string> examples_;  // by field name
  std::set<const google::protobuf::Descriptor*> answers_;
  std::map<std::string, std::string> names_;   // by full name and use
  std::map<std::string, std::string> owners_;  // the other way round
  std::map<std::string, Yaml> components_;
  const google::protobuf::EnumValueDescriptor* state_ = nullptr;  // of ExampleIn
  std::vector<std::string> problems_;
  std::set<const google::protobuf::FieldDescriptor*> described_;  // by problems_
};

// Whether a request must have the field.
bool IsRequired(const google::protobuf::FieldDescriptor& field);

}  // namespace market::codegen
