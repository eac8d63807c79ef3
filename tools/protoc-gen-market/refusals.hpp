// The problem+json answers of an operation: which reasons come with which status. Pure.
#pragma once
#include <google/protobuf/descriptor.h>

#include <map>
#include <set>
#include <string>

#include "marketplace/options/v1/reason.pb.h"
#include "platform/rpc/http_rule.hpp"
#include "tools/protoc-gen-market/schemas.hpp"
#include "tools/protoc-gen-market/yaml.hpp"

namespace market::codegen {

// Whether it may be called under an Idempotency-Key (contract.cpp says which must be).
bool TakesKey(const google::protobuf::MethodDescriptor& method);
// Whether a field of it may come as a header, and so as a cookie.
bool TakesHeader(const google::protobuf::Descriptor& request);

// Collects the answers that several operations share, as components.
class Refusals {
 public:
  // Examples are made with `schemas`; `metadata` is RefusalMetadata. Both must outlive this.
  Refusals(const Schemas& schemas, const google::protobuf::Descriptor& metadata)
      : schemas_(schemas), metadata_(metadata) {}

  // Adds them to `responses`, by status.
  void AddTo(const google::protobuf::MethodDescriptor& method, const rpc::HttpBinding& binding,
             Yaml& responses);

  // components/responses
  Yaml Components() const;
  // The schemas Problem, FieldProblem and Reason; `metadata` is the schema of that part of a Problem.
  static void AddSchemas(std::map<std::string, Yaml>& schemas, Yaml metadata);

 private:
  struct ReasonRow;

  static ReasonRow RowOf(marketplace::options::v1::Reason reason);
  Yaml Example(const ReasonRow& row) const;
  Yaml Response(int status, const std::vector<ReasonRow>& rows) const;

  const Schemas& schemas_;
  const google::protobuf::Descriptor& metadata_;
  std::map<std::string, std::string> names_;  // by all reasons of the answer
  std::map<std::string, Yaml> components_;
};

}  // namespace market::codegen
