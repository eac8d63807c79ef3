#include <gtest/gtest.h>

#include "platform/testing/reason_of.hpp"
#include "services/notification/testing/service_fixture.hpp"

namespace market::notification {
namespace {

using TermsProto = api::notification::Terms;
using testing::ReasonOf;

class TermsApiTest : public ServiceFixture {
 protected:
  static api::notification::PublishTermsRequest Version(TermsProto::Kind kind, std::string language,
                                                        std::string version) {
    api::notification::PublishTermsRequest request;
    request.set_kind(kind);
    request.set_language(std::move(language));
    request.set_version(std::move(version));
    request.set_title("A page");
    request.set_body("1. Be kind\n2. Pay");
    return request;
  }
  static Task<TermsProto> Publish(NotificationService& service,
                                  api::notification::PublishTermsRequest request) {
    auto call = ByOperator("PublishTerms");
    co_return co_await service.PublishTerms(call, std::move(request));
  }
  static Task<std::string> In(NotificationService& service, std::string language) {
    CallContext nobody(Soon());
    api::notification::ListTermsRequest request;
    request.set_language(std::move(language));
    std::string found;
    const auto terms = co_await service.ListTerms(nobody, std::move(request));
    for (const auto& one : terms.terms())
      found += TermsProto::Kind_Name(one.kind()) + '/' + one.language() + '/' + one.version() + ' ';
    co_return found;
  }
};

TEST_F(TermsApiTest, ArePublished_AndReadByAnybody) {
  RunService([&](NotificationService& service) -> Task<> {
    EXPECT_EQ(co_await In(service, "en"), "");
    const auto made = co_await Publish(service, Version(TermsProto::TERMS, "en", "2026-11"));
    EXPECT_EQ(made.body(), "1. Be kind\n2. Pay");
    EXPECT_TRUE(made.has_create_time());
    co_await Publish(service, Version(TermsProto::TERMS, "ru", "2026-11"));
    co_await Publish(service, Version(TermsProto::TERMS, "en", "2026-12"));
    co_await Publish(service, Version(TermsProto::IMPRINT, "ru", "1"));
    EXPECT_EQ(co_await In(service, "ru-RU"), "IMPRINT/ru/1 TERMS/ru/2026-11 ");
    EXPECT_EQ(co_await In(service, ""), "IMPRINT/ru/1 TERMS/en/2026-12 ");
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE permission = 'terms.write'"), "4");
}

TEST_F(TermsApiTest, AVersion_IsNeverAnotherText) {
  RunService([&](NotificationService& service) -> Task<> {
    auto request = Version(TermsProto::PRIVACY, "en", "1");
    const auto made = co_await Publish(service, request);
    EXPECT_EQ((co_await Publish(service, request)).SerializeAsString(), made.SerializeAsString());
    request.set_body("1. Anything goes");
    EXPECT_EQ(co_await ReasonOf(Publish(service, request)), "ALREADY_EXISTS");
  });
}

}  // namespace
}  // namespace market::notification
