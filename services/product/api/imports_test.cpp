#include <gtest/gtest.h>

#include "services/product/process/importer.hpp"
#include "services/product/testing/files.hpp"
#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

// A call by an owner of the shop.
struct OwnerCall : Call {
  explicit OwnerCall(SellerId seller) : Call({seller}) {
    namespace options = marketplace::options::v1;
    rpc::CallContextBuilder(context).Caller({.account = account,
                                             .sellers = {{seller,
                                                          {options::PRODUCTS_READ, options::PRODUCTS_WRITE,
                                                           options::OFFERS_WRITE, options::STOCK_ADJUST}}}});
  }
  AccountId account = AccountId::New();
};

Task<api::product::CreateImportRequest> ImportOf(Service& service, OwnerCall& call, SellerId seller,
                                                 std::string text) {
  api::product::CreateImportRequest request;
  request.set_seller_id(seller.ToString());
  *request.mutable_upload() = co_await SendFile(service, call.account, std::move(text));
  co_return request;
}

Task<> Drive(Service& service, const std::string& id) {
  Importer importer({service.uploads, service.imports, service.categories, service.products, service.offers,
                     service.sellers, service.market},
                    {});
  for (const auto& due : co_await service.imports.TakeDue(Soon(), 100)) {
    if (due.id.ToString() != id) continue;
    const auto lease = co_await service.imports.Read(Soon(), due);
    EXPECT_EQ((co_await importer.Drive(Soon(), *lease)).outcome, Importer::Outcome::kEnded);
  }
}

TEST(ImportsApi, AFile_IsAnImportOfItsShop) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    OwnerCall call(shop.seller);
    std::string file = "sku,title\n";
    for (int i = 0; i < 30; ++i) file += "A-" + std::to_string(i) + ",T\n";
    auto request = co_await ImportOf(service, call, shop.seller, file);
    const auto made = co_await service.operations.CreateImport(call.context, request);
    EXPECT_EQ(made.state(), api::product::Import::PENDING);
    EXPECT_EQ(made.format(), api::product::Import::CSV);
    EXPECT_EQ(made.bytes(), static_cast<std::int64_t>(file.size()));
    EXPECT_EQ(service.imports_made, 1);
    co_await Drive(service, made.id());
    EXPECT_EQ((co_await service.operations.CreateImport(call.context, request)).state(),
              api::product::Import::DONE)
        << "a repeat, whose file is gone";

    api::product::GetImportRequest get;
    get.set_seller_id(shop.seller.ToString());
    get.set_import_id(made.id());
    EXPECT_EQ((co_await service.operations.GetImport(call.context, get)).rows_failed(), 30);
    api::product::ListImportRowsRequest rows;
    rows.set_seller_id(shop.seller.ToString());
    rows.set_import_id(made.id());
    auto page = co_await service.operations.ListImportRows(call.context, rows);
    EXPECT_EQ(page.rows_size(), 20);
    EXPECT_EQ(page.rows(0).line(), 2);
    EXPECT_EQ(page.rows(0).sku(), "A-0");
    EXPECT_EQ(page.rows(0).problems(0).field(), "category");
    EXPECT_EQ(page.rows(0).problems(0).reason(), "REQUIRED");
    rows.set_page_token(page.next_page_token());
    page = co_await service.operations.ListImportRows(call.context, rows);
    EXPECT_EQ(page.rows_size(), 10);
    EXPECT_FALSE(page.has_next_page_token());

    OwnerCall other(SellerId::New());
    get.set_seller_id(other.context.Reach().sellers.front().ToString());
    rows.set_seller_id(get.seller_id());
    EXPECT_EQ(co_await ReasonOf(service.operations.GetImport(other.context, get)), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(service.operations.ListImportRows(other.context, rows)), "NOT_FOUND");

    api::product::ListImportsRequest list;
    list.set_seller_id(shop.seller.ToString());
    list.set_page_size(1);
    EXPECT_EQ((co_await service.operations.ListImports(call.context, list)).imports(0).id(), made.id());
  });
}

TEST(ImportsApi, AFileComesInPieces_OfItsAccount) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    OwnerCall owner(shop.seller);
    marketplace::type::v1::Piece piece;
    piece.set_upload_id(Uuid::NewV7().ToString());
    piece.set_content("sku");
    EXPECT_EQ((co_await service.operations.AddPiece(owner.context, piece)).received(), 3);
    EXPECT_EQ((co_await service.operations.AddPiece(owner.context, piece)).received(), 3) << "it came twice";
    OwnerCall other(SellerId::New());
    EXPECT_EQ(co_await ReasonOf(service.operations.AddPiece(other.context, piece)), "INVALID_ARGUMENT");
  });
}

TEST(ImportsApi, WhoMayNot_AndWhatIsNot_AreRefused) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    OwnerCall owner(shop.seller);
    auto request = co_await ImportOf(service, owner, shop.seller, "sku\n");
    Call staff({shop.seller});
    rpc::CallContextBuilder(staff.context)
        .Caller({.account = owner.account,
                 .sellers = {
                     {shop.seller,
                      {marketplace::options::v1::PRODUCTS_WRITE, marketplace::options::v1::OFFERS_WRITE}}}});
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateImport(staff.context, request)),
              "PERMISSION_DENIED");
    auto broken = request;
    broken.mutable_upload()->set_size(5);
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateImport(owner.context, broken)), "UPLOAD_INCOMPLETE");
    broken.mutable_upload()->set_size(64 * 1024 * 1024 + 1);
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateImport(owner.context, broken)), "INVALID_ARGUMENT");
    service.users.Set(shop.seller, api::user::Seller::SUSPENDED);
    co_await service.sellers.CatchUp();
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateImport(owner.context, request)),
              "SELLER_NOT_ACTIVE");
  });
}

TEST(ImportsApi, TheFormat_IsWhatIsSaidElseWhatTheFileIsCalled) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto format = [&](std::string type, api::product::Import::Format said) -> Task<std::string> {
      OwnerCall call(shop.seller);
      auto request = co_await ImportOf(service, call, shop.seller, "{\"sku\":\"A\"}\n");
      request.mutable_upload()->set_media_type(std::move(type));
      request.set_format(said);
      const auto made = co_await service.operations.CreateImport(call.context, request);
      co_await Drive(service, made.id());
      co_return api::product::Import::Format_Name(made.format());
    };
    using Import = api::product::Import;
    EXPECT_EQ(co_await format("text/csv", Import::FORMAT_UNSPECIFIED), "CSV");
    EXPECT_EQ(co_await format("application/x-ndjson", Import::FORMAT_UNSPECIFIED), "JSON_LINES");
    EXPECT_EQ(co_await format("application/jsonl", Import::CSV), "CSV");
    EXPECT_EQ(co_await format("", Import::JSON_LINES), "JSON_LINES");
  });
}

Task<std::string> Download(Service& service, SellerId seller, api::product::ExportProductsRequest request,
                           int& pieces) {
  request.set_seller_id(seller.ToString());
  std::string file;
  for (pieces = 0;;) {
    Call call({seller});
    const auto piece = co_await service.operations.ExportProducts(call.context, request);
    EXPECT_LE(piece.content().size(), 256u * 1024);
    ++pieces;
    file += piece.content();
    if (!piece.has_next()) co_return file;
    request.set_after(piece.next());
  }
}

std::size_t LinesOf(std::string_view file) {
  return static_cast<std::size_t>(std::ranges::count(file, '\n'));
}

TEST(ImportsApi, AnExport_HasAllRowsOfItsFilterOnce) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    std::vector<std::string> products;
    for (int p = 0; p < 6; ++p) {
      std::vector<api::product::OfferDraft> offers;
      for (int o = 0; o < 50; ++o)
        offers.push_back(OfferOf("P" + std::to_string(p) + "-" + std::to_string(o), 1999, 1));
      auto request = ProductOf(shop, "Thing", std::move(offers));
      request.set_description(std::string(2'000, 'x'));
      (*request.mutable_attributes())["A" + std::to_string(p)] = "a";
      products.push_back((co_await service.products.Create(Soon(), Uuid::NewV7(), std::move(request))).id());
    }
    co_await Do(service, shop, domain::ProductAct::kPublish, products[2]);
    co_await service.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "Alone"));
    int pieces = 0;
    const auto csv = co_await Download(service, shop.seller, {}, pieces);
    EXPECT_EQ(LinesOf(csv), 302u);
    EXPECT_GT(pieces, 2) << "300 rows of 2 KB, and no piece is larger than it may be";
    EXPECT_TRUE(csv.starts_with("\xef\xbb\xbfproduct,title,"));
    EXPECT_EQ(csv.find("attribute:A0,attribute:A1,"), csv.rfind("attribute:A0,attribute:A1,"))
        << "one header";
    for (int p = 0; p < 6; ++p) {
      for (int o = 0; o < 50; ++o) {
        const auto sku = ",P" + std::to_string(p) + "-" + std::to_string(o) + ",19.99,EUR,1,";
        const auto at = csv.find(sku);
        EXPECT_TRUE(at != std::string::npos && csv.find(sku, at + 1) == std::string::npos) << sku;
      }
    }
    api::product::ExportProductsRequest published;
    published.set_state(api::product::Product::PUBLISHED);
    published.set_format(api::product::Import::JSON_LINES);
    const auto json = co_await Download(service, shop.seller, published, pieces);
    EXPECT_EQ(LinesOf(json), 50u);
    EXPECT_TRUE(json.starts_with("{\"product\":\"" + products[2] + "\",\"title\":\"Thing\""))
        << json.substr(0, 200);

    published.set_seller_id(shop.seller.ToString());
    published.set_after("x");
    Call call({shop.seller});
    EXPECT_EQ(co_await ReasonOf(service.operations.ExportProducts(call.context, published)),
              "INVALID_PAGE_TOKEN");
    EXPECT_EQ(LinesOf(co_await Download(service, SellerId::New(), {}, pieces)), 1u)
        << "nothing but names of columns";
  });
}

TEST(ImportsApi, MoreNamesThanColumns_GoIntoJsonLinesAlone) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    for (int p = 0; p < 17; ++p) {
      auto request = ProductOf(shop, "Thing");
      for (int a = 0; a < 30; ++a)
        (*request.mutable_attributes())[std::to_string(p) + "-" + std::to_string(a)] = "x";
      co_await service.products.Create(Soon(), Uuid::NewV7(), std::move(request));
    }
    int pieces = 0;
    EXPECT_EQ(co_await ReasonOf(Download(service, shop.seller, {}, pieces)), "LIMIT_REACHED");
    api::product::ExportProductsRequest request;
    request.set_format(api::product::Import::JSON_LINES);
    EXPECT_EQ(LinesOf(co_await Download(service, shop.seller, request, pieces)), 17u);
  });
}

}  // namespace
}  // namespace market::product
