// The problem+json answers of an operation: which reasons come with which status. Pure.
#pragma once
#include <google/protobuf/descriptor.h>

#include <map>
#include <set>
#include <string>

#include "platform/rpc/http_rule.hpp"
#include "tools/protoc-gen-market/yaml.hpp"

namespace market::codegen {

// Whether it may be called under an Idempotency-Key (contract.cpp says which must be).
bool TakesKey(const google::protobuf::MethodDescriptor& method);

// Collects the answers that several operations share, as components.
class Refusals {
 public:
  // Adds them to `responses`, by status.
  void AddTo(const google::protobuf::MethodDescriptor& method, const rpc::HttpBinding& binding,
             Yaml& responses);

  // components/responses
  Yaml Components() const;
  // The schemas Problem, FieldProblem and Reason; `metadata` is the schema of that part of a Problem.
  static void AddSchemas(std::map<std::string, Yaml>& schemas, Yaml metadata);

 private:
  std::map<std::string, std::string> names_;  // by all reasons of the answer
  std::map<std::string, Yaml> components_;
};

}  // namespace market::codegen
