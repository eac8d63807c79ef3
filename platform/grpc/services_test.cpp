#include <grpc/health/v1/health.pb.h>
#include <grpc/reflection/v1/reflection.pb.h>
#include <grpc/reflection/v1alpha/reflection.pb.h>

#include "platform/grpc/health.hpp"
#include "platform/grpc/reflection.hpp"
#include "platform/grpc/testing/test_loop.hpp"

namespace market::grpc::test {
namespace {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;
namespace v1 = ::grpc::reflection::v1;

class Health : public Fixture {
 protected:
  void SetUp() override {
    Fixture::SetUp();
    health = std::make_unique<HealthService>(*server);
    Connect();
  }
  static std::string Request(const std::string& service) {
    HealthCheckRequest request;
    request.set_service(service);
    return request.SerializeAsString();
  }
  static HealthCheckResponse::ServingStatus StatusIn(const std::string& bytes) {
    HealthCheckResponse response;
    EXPECT_TRUE(response.ParseFromString(bytes));
    return response.status();
  }
  ClientReply Check(const std::string& service) {
    return Sync(channel->Call("/grpc.health.v1.Health/Check", Request(service), Soon()));
  }

  std::unique_ptr<HealthService> health;
};

TEST_F(Health, Check_GivesWhatWasSet) {
  EXPECT_EQ(StatusIn(Check("").message), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("order").status.code, Code::kNotFound);
  health->Set("order", Serving::kNotServing);
  EXPECT_EQ(StatusIn(Check("order").message), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Sync(channel->Call("/grpc.health.v1.Health/Check", "\xff\xff", Soon())).status.code,
            Code::kInvalidArgument);
}

TEST_F(Health, Freeze_IsForGood) {
  health->Freeze(Serving::kNotServing);
  health->Set("", Serving::kServing);
  EXPECT_EQ(StatusIn(Check("").message), HealthCheckResponse::NOT_SERVING);
}

TEST_F(Health, Watch_TellsEveryChange) {
  const auto call = channel->Open("/grpc.health.v1.Health/Watch", Soon());
  Sync(call->Write(Request("order")));
  EXPECT_EQ(StatusIn(Sync(call->Read()).value()), HealthCheckResponse::SERVICE_UNKNOWN);
  health->Set("order", Serving::kServing);
  EXPECT_EQ(StatusIn(Sync(call->Read()).value()), HealthCheckResponse::SERVING);
  health->Set("other", Serving::kServing);
  health->Freeze(Serving::kNotServing);
  EXPECT_EQ(StatusIn(Sync(call->Read()).value()), HealthCheckResponse::NOT_SERVING);
  call->Cancel();
  RunUntil([&] { return server->Stats().handlers_running == 0; });
}

class ReflectionTest : public Fixture {
 protected:
  void SetUp() override {
    Fixture::SetUp();
    health = std::make_unique<HealthService>(*server);
    ServeReflection(*server);
    Connect();
  }
  template <class Request, class Response>
  Response Ask(const char* path, const Request& request) {
    const auto call = channel->Open(path, Soon());
    Sync(call->Write(request.SerializeAsString()));
    Sync(call->WritesDone());
    Response response;
    EXPECT_TRUE(response.ParseFromString(Sync(call->Read()).value()));
    EXPECT_TRUE(Sync(call->Finish()).Ok());
    return response;
  }
  v1::ServerReflectionResponse Ask(const v1::ServerReflectionRequest& request) {
    return Ask<v1::ServerReflectionRequest, v1::ServerReflectionResponse>(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", request);
  }
  std::unique_ptr<HealthService> health;
};

TEST_F(ReflectionTest, List_NamesRegisteredServices) {
  v1::ServerReflectionRequest request;
  request.set_list_services("");
  std::vector<std::string> names;
  const auto response = Ask(request);
  for (const auto& service : response.list_services_response().service()) names.push_back(service.name());
  EXPECT_EQ(names, (std::vector<std::string>{"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                                             "grpc.reflection.v1alpha.ServerReflection", "t.T"}));
}

TEST_F(ReflectionTest, Alpha_AnswersToo) {
  namespace v1alpha = ::grpc::reflection::v1alpha;
  v1alpha::ServerReflectionRequest request;
  request.set_list_services("");
  const auto response = Ask<v1alpha::ServerReflectionRequest, v1alpha::ServerReflectionResponse>(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", request);
  EXPECT_EQ(response.list_services_response().service_size(), 4);
}

TEST_F(ReflectionTest, Symbol_GivesItsFile) {
  v1::ServerReflectionRequest request;
  request.set_file_containing_symbol("grpc.health.v1.Health.Check");
  EXPECT_EQ(Ask(request).file_descriptor_response().file_descriptor_proto_size(), 1);
  request.set_file_by_filename("grpc/health/v1/health.proto");
  EXPECT_EQ(Ask(request).file_descriptor_response().file_descriptor_proto_size(), 1);
}

TEST_F(ReflectionTest, Unknown_IsAnErrorInTheAnswer) {
  v1::ServerReflectionRequest request;
  request.set_file_containing_symbol("no.Such");
  EXPECT_EQ(Ask(request).error_response().error_code(), 5);
  request.set_file_by_filename("no/such.proto");
  EXPECT_EQ(Ask(request).error_response().error_code(), 5);
}

}  // namespace
}  // namespace market::grpc::test
