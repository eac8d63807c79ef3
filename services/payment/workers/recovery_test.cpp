#include "services/payment/workers/recovery.hpp"

#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

constexpr runtime::Patience kQuick{.tries = 3, .backoff = {.initial = 2ms, .max = 5ms}};

// A payment whose answer was lost before the provider heard of it.
Task<std::string> Abandon(Service& service) {
  const auto draft = ADraft();
  auto unknown = draft;
  domain::Learn(unknown, domain::NextAttempt(draft, domain::Operation::kAuthorize, service.clock.Now()), {},
                service.clock.Now());
  EXPECT_TRUE(co_await service.payments.Write(Soon(), draft, unknown, 0ms));
  co_return draft.id.ToString();
}

std::string Of(const std::string& payment, const std::string& column) {
  return Sql("SELECT " + column + " FROM payment WHERE id = '" + payment + "'");
}

// Runs body(service, recovery) beside a recovery of little patience.
template <class Body>
void WithRecovery(Body body) {
  WithService([&](Service& service, World&, boost::asio::io_context& io) -> Task<> {
    ForgetOpen();
    Recovery recovery(service.payments, service.charges, service.tracer, {.poll = 5ms, .patience = kQuick});
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Keep("recovery", recovery.Driving().Run());
    co_await body(service, recovery);
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST(Recovery, ARowThatCantBeRead_IsParkedAndTheOthersAreDriven) {
  WithRecovery([](Service& service, Recovery& recovery) -> Task<> {
    Sql("CREATE FUNCTION test_spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " NEW.updated_at = 'infinity'; RETURN NEW; END $$");
    Sql("CREATE TRIGGER test_spoil BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION test_spoil()");
    const auto unreadable = co_await Abandon(service);
    Sql("DROP TRIGGER test_spoil ON payment");
    Sql("DROP FUNCTION test_spoil");
    const auto whole = co_await Abandon(service);
    co_await Eventually([&] { return Of(unreadable, "parked_at IS NOT NULL") == "t"; });
    EXPECT_TRUE(Of(unreadable, "last_error").contains("timestamptz")) << Of(unreadable, "last_error");
    EXPECT_EQ(Of(unreadable, "failures"), "3");
    co_await Eventually([&] { return Of(whole, "state") == "AUTHORIZED"; });
    EXPECT_EQ(recovery.Driving().Rounds().Now().failures, 0U);

    Sql("UPDATE payment SET updated_at = created_at, parked_at = NULL, failures = 0 WHERE id = '" +
        unreadable + "'");
    co_await Eventually([&] { return Of(unreadable, "state") == "AUTHORIZED"; });
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Recovery, ATableThatIsAway_StopsNothingForGood) {
  WithRecovery([](Service& service, Recovery& recovery) -> Task<> {
    Sql("ALTER TABLE payment RENAME TO away");
    co_await Eventually([&] { return recovery.Driving().Rounds().Now().failures_in_a_row > 1; });
    Sql("ALTER TABLE away RENAME TO payment");
    const auto payment = co_await Abandon(service);
    co_await Eventually([&] { return Of(payment, "state") == "AUTHORIZED"; });
    EXPECT_EQ(recovery.Driving().Rounds().Now().failures_in_a_row, 0U);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

}  // namespace
}  // namespace market::payment
