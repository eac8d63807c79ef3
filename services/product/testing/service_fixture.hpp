// For the tests of product's operations.
#pragma once
#include "platform/core/clock.hpp"
#include "platform/pictures/testing/memory_store.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/testing/fake_orders.hpp"
#include "services/product/testing/fake_users.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {

// The operations over the stores, without a cache.
struct Service : Stores {
  Service(boost::asio::io_context& io, postgres::Options options)
      : Stores(io, std::move(options)), index(io.get_executor(), search_rows, log, sellers, {}) {}

  pictures::MemoryStore picture_store;
  PictureMaker picture_maker{pictures, &picture_store, {}};

  SystemClock clock;
  storage::SearchCache cache{nullptr, 5s, clock};
  telemetry::Metrics registry;
  Metrics metrics{registry};
  rpc::PageTokens pages{"secret"};
  FakeUsers users;
  SellerDirectory sellers{users};
  peers::KeptPictures review_pictures{review_claims, users};
  storage::PersonalData personal_data{database, reviews};
  FakeOrders orders;
  Purchases purchases = [this] {
    Purchases connected;
    connected.Connect(orders);
    return connected;
  }();
  storage::SearchRows search_rows{database};
  events::Log log{database, {}};
  storage::SearchRules search_rules{database};
  SearchIndex index;  // not ready until a test runs it
  int imports_made = 0;
  ProductService operations{
      {categories,   products, offers,        search,          reservations,
       cache,        sellers,  pages,         metrics,         personal_data,
       reviews,      reports,  purchases,     review_pictures, stock,
       index,        pictures, picture_maker, uploads,         search_rules,
       translations, market,   imports,       exports,         [this] { ++imports_made; }}};
};

template <class Body>
void WithService(Body body) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Service service(io, Settings());
    co_await service.database.Open(Soon());
    std::exception_ptr failure;
    try {
      co_await body(service);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await service.database.Close(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

// A call by a member of `sellers` who may do it; without any, by nobody.
struct Call {
  explicit Call(storage::SellerScope sellers = {}) {
    rpc::CallContextBuilder builder(context);
    builder.OperationId(Uuid::NewV7());
    if (sellers.empty()) return;
    builder.Caller({.account = AccountId::New()}).Reach({.sellers = std::move(sellers)});
  }
  CallContext context{Soon()};
};

// A call by an operator who may do that.
struct OperatorCall {
  explicit OperatorCall(std::string_view method) {
    rpc::CallContextBuilder(context)
        .OperationId(Uuid::NewV7())
        .Caller({.account = AccountId::New()})
        .Method(api::ProductMethods().Find(method))
        .Reach({.everything = true, .sellers = {}});
  }
  CallContext context{Soon()};
};

}  // namespace market::product
