#include "platform/grpc/reflection.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpc/reflection/v1/reflection.pb.h>
#include <grpc/reflection/v1alpha/reflection.pb.h>

#include <algorithm>
#include <set>
#include <vector>

namespace market::grpc {
namespace {

namespace pb = google::protobuf;

std::vector<std::string> ServicesOf(const std::vector<std::string>& paths) {
  std::set<std::string> names;
  for (const std::string& path : paths) {
    const auto slash = path.rfind('/');
    if (slash != std::string::npos && slash > 1) names.insert(path.substr(1, slash - 1));
  }
  return {names.begin(), names.end()};
}

// The file and all it imports, so that one answer is enough for a client.
void AppendFile(const pb::FileDescriptor* file, std::set<std::string>& seen,
                pb::RepeatedPtrField<std::string>& out) {
  if (!seen.insert(std::string(file->name())).second) return;
  pb::FileDescriptorProto proto;
  file->CopyTo(&proto);
  proto.SerializeToString(out.Add());
  for (int i = 0; i < file->dependency_count(); ++i) AppendFile(file->dependency(i), seen, out);
}

// The two published versions differ in the name of their package only.
template <class Request, class Response>
class Reflection {
 public:
  Reflection(const Request& request, const std::vector<std::string>& services)
      : request_(request), services_(services) {
    response_.set_valid_host(request.host());
    *response_.mutable_original_request() = request;
  }

  Response Answer() {
    const pb::DescriptorPool& pool = *pb::DescriptorPool::generated_pool();
    switch (request_.message_request_case()) {
      case Request::kFileByFilename:
        AnswerFile(pool.FindFileByName(request_.file_by_filename()));
        break;
      case Request::kFileContainingSymbol:
        AnswerFile(pool.FindFileContainingSymbol(request_.file_containing_symbol()));
        break;
      case Request::kFileContainingExtension: {
        const auto& wanted = request_.file_containing_extension();
        const pb::Descriptor* type = pool.FindMessageTypeByName(wanted.containing_type());
        const pb::FieldDescriptor* field =
            type != nullptr ? pool.FindExtensionByNumber(type, wanted.extension_number()) : nullptr;
        AnswerFile(field != nullptr ? field->file() : nullptr);
        break;
      }
      case Request::kAllExtensionNumbersOfType:
        AnswerExtensions(pool);
        break;
      case Request::kListServices:
        for (const auto& name : services_)
          response_.mutable_list_services_response()->add_service()->set_name(name);
        break;
      case Request::MESSAGE_REQUEST_NOT_SET:
        Fail(Code::kInvalidArgument, "an empty request");
        break;
    }
    return std::move(response_);
  }

 private:
  void AnswerFile(const pb::FileDescriptor* file) {
    if (file == nullptr) return Fail(Code::kNotFound, "not found");
    std::set<std::string> seen;
    AppendFile(file, seen, *response_.mutable_file_descriptor_response()->mutable_file_descriptor_proto());
  }

  void AnswerExtensions(const pb::DescriptorPool& pool) {
    const pb::Descriptor* type = pool.FindMessageTypeByName(request_.all_extension_numbers_of_type());
    if (type == nullptr) return Fail(Code::kNotFound, "not found");
    std::vector<const pb::FieldDescriptor*> extensions;
    pool.FindAllExtensions(type, &extensions);
    auto& answer = *response_.mutable_all_extension_numbers_response();
    answer.set_base_type_name(type->full_name());
    for (const auto* extension : extensions) answer.add_extension_number(extension->number());
  }

  void Fail(Code code, const char* message) {
    response_.mutable_error_response()->set_error_code(static_cast<int>(code));
    response_.mutable_error_response()->set_error_message(message);
  }

  const Request& request_;
  const std::vector<std::string>& services_;
  Response response_;
};

template <class Request, class Response>
Task<Status> Serve(ServerCall& call, std::vector<std::string> paths) {
  const auto services = ServicesOf(paths);
  while (auto bytes = co_await call.Read()) {
    Request request;
    if (!request.ParseFromString(*bytes)) {
      co_return Status{Code::kInvalidArgument, "not a ServerReflectionRequest", {}};
    }
    co_await call.Write(Reflection<Request, Response>(request, services).Answer().SerializeAsString());
  }
  co_return Status{};
}

}  // namespace

void ServeReflection(Server& server, std::vector<std::string> more_paths, StreamLimits limits) {
  namespace v1 = ::grpc::reflection::v1;
  namespace v1alpha = ::grpc::reflection::v1alpha;
  const auto paths = [&server, more_paths = std::move(more_paths)] {
    auto all = server.Paths();
    all.insert(all.end(), more_paths.begin(), more_paths.end());
    return all;
  };
  server.HandleStream(
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      [paths](ServerCall& call) {
        return Serve<v1::ServerReflectionRequest, v1::ServerReflectionResponse>(call, paths());
      },
      limits);
  server.HandleStream(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      [paths](ServerCall& call) {
        return Serve<v1alpha::ServerReflectionRequest, v1alpha::ServerReflectionResponse>(call, paths());
      },
      limits);
}

}  // namespace market::grpc
