#include <gmock/gmock.h>

#include "platform/pictures/testing/drawn.hpp"
#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

using api::product::Picture;

// A member of shops, with what an edge would know.
struct Member {
  explicit Member(storage::SellerScope sellers, const char* method = "UploadPicture",
                  AccountId account = AccountId::New())
      : account(account) {
    rpc::CallContextBuilder(context)
        .OperationId(Uuid::NewV7())
        .Caller({.account = account})
        .Reach({.sellers = std::move(sellers)})
        .Method(api::ProductMethods().Find(method))
        .ClientAddress("203.0.113.9");
  }
  AccountId account;
  CallContext context{Soon()};
};

std::string Drawn(unsigned char shade) { return pictures::Png(pictures::Plain(200, 100, {shade, 200, 90})); }

marketplace::type::v1::Upload UploadOf(const std::string& file) {
  marketplace::type::v1::Upload upload;
  upload.set_id(Uuid::NewV7().ToString());
  upload.set_size(static_cast<std::int64_t>(file.size()));
  upload.set_sha256(pictures::ContentOf(file));
  upload.set_media_type("image/png");
  return upload;
}

Task<> Send(Service& service, Member& member, std::string id, std::string file) {
  for (std::size_t at = 0; at < file.size(); at += 100'000) {
    marketplace::type::v1::Piece piece;
    piece.set_upload_id(id);
    piece.set_offset(static_cast<std::int64_t>(at));
    piece.set_content(file.substr(at, 100'000));
    co_await service.operations.AddPiece(member.context, piece);
  }
}

Task<Picture> Upload(Service& service, Shop shop, std::string file, std::string alt_text = "",
                     AccountId account = AccountId::New()) {
  Member member(shop.Scope(), "UploadPicture", account);
  api::product::UploadPictureRequest request;
  request.set_seller_id(shop.seller.ToString());
  *request.mutable_upload() = UploadOf(file);
  request.set_alt_text(std::move(alt_text));
  co_await Send(service, member, request.upload().id(), std::move(file));
  co_return co_await service.operations.UploadPicture(member.context, request);
}

TEST(UploadPicture, MakesAPictureOfWhatCame) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto file = Drawn(1);
    const auto ada = AccountId::New();
    const auto picture = co_await Upload(service, shop, file, "A plain one", ada);
    EXPECT_EQ(picture.seller_id(), shop.seller.ToString());
    EXPECT_EQ(picture.alt_text(), "A plain one");
    EXPECT_EQ(picture.width(), 200);
    EXPECT_EQ(picture.height(), 100);
    EXPECT_EQ(picture.colour(), "#01c85a");
    EXPECT_EQ(picture.etag(), "1");
    EXPECT_GT(picture.create_time().seconds(), 1'700'000'000);
    EXPECT_EQ(picture.media_size(), 1);
    EXPECT_EQ(picture.media(0).width(), 160);
    EXPECT_EQ(picture.media(0).height(), 80);
    const auto files = service.picture_store.Files();
    for (const auto& address : {picture.media(0).webp(), picture.media(0).jpeg()}) {
      EXPECT_TRUE(address.starts_with("/pictures/"));
      EXPECT_TRUE(files.contains(address.substr(10))) << address;
    }
    EXPECT_EQ(Sql("SELECT count(*) FROM upload WHERE account_id = '" + ada.ToString() + "'"), "0")
        << "its pieces are not needed any more";
    EXPECT_EQ((co_await Upload(service, shop, file)).id(), picture.id());
  });
}

TEST(UploadPicture, IsRefusedInTheWordsOfTheContract) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    EXPECT_EQ(co_await ReasonOf(Upload(service, shop, "<html>hello</html>")), "PICTURE_UNREADABLE");
    Member member(shop.Scope());
    api::product::UploadPictureRequest request;
    request.set_seller_id(shop.seller.ToString());
    *request.mutable_upload() = UploadOf(Drawn(2));
    const auto upload = [&] { return service.operations.UploadPicture(member.context, request); };
    EXPECT_EQ(co_await ReasonOf(upload()), "UPLOAD_INCOMPLETE");
    // The pieces of somebody else.
    Member other(shop.Scope());
    co_await Send(service, other, request.upload().id(), Drawn(2));
    EXPECT_EQ(co_await ReasonOf(upload()), "UPLOAD_INCOMPLETE");
    request.mutable_upload()->set_size(10LL * 1024 * 1024 + 1);
    EXPECT_EQ(co_await ReasonOf(upload()), "PICTURE_TOO_LARGE");
    // More of them than an account may have on their way: what was refused does not count any more.
    for (int i = 0; i < 10; ++i)
      EXPECT_EQ(co_await ReasonOf(Upload(service, shop, "GIF89a" + std::to_string(i), "", other.account)),
                "PICTURE_UNREADABLE");
    service.users.Set(shop.seller, api::user::Seller::SUSPENDED);
    co_await service.sellers.CatchUp();
    EXPECT_EQ(co_await ReasonOf(Upload(service, shop, Drawn(9))), "SELLER_NOT_ACTIVE");
  });
}

TEST(Pictures_OfAShop, AreListedDescribedAndDeleted) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    std::vector<std::string> made;
    for (const unsigned char shade : {3, 4, 5})
      made.push_back((co_await Upload(service, shop, Drawn(shade))).id());
    Member member(shop.Scope(), "UpdatePicture");
    Member rival({SellerId::New()}, "UpdatePicture");

    api::product::ListPicturesRequest list;
    list.set_seller_id(shop.seller.ToString());
    list.set_page_size(2);
    auto page = co_await service.operations.ListPictures(member.context, list);
    EXPECT_EQ(page.pictures_size(), 2);
    EXPECT_EQ(page.pictures(0).id(), made[2]);
    list.set_page_token(page.next_page_token());
    page = co_await service.operations.ListPictures(member.context, list);
    EXPECT_EQ(page.pictures_size(), 1);
    EXPECT_FALSE(page.has_next_page_token());

    api::product::UpdatePictureRequest update;
    update.set_picture_id(made[0]);
    update.mutable_picture()->set_alt_text("Now with words");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdatePicture(rival.context, update)), "NOT_FOUND");
    const auto updated = co_await service.operations.UpdatePicture(member.context, update);
    EXPECT_EQ(updated.alt_text(), "Now with words");
    EXPECT_EQ(updated.etag(), "2");
    update.set_if_match("1");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdatePicture(member.context, update)), "ETAG_MISMATCH");
    update.clear_if_match();
    update.mutable_picture()->clear_alt_text();
    update.mutable_update_mask()->add_paths("alt_text");
    EXPECT_EQ((co_await service.operations.UpdatePicture(member.context, update)).alt_text(), "");

    api::product::GetPictureRequest get;
    get.set_picture_id(made[0]);
    EXPECT_EQ((co_await service.operations.GetPicture(member.context, get)).etag(), "3");
    EXPECT_EQ(co_await ReasonOf(service.operations.GetPicture(rival.context, get)), "NOT_FOUND");

    auto product = ProductOf(shop, "Shown");
    product.add_picture_ids(made[0]);
    const auto shown = co_await service.operations.CreateProduct(member.context, product);
    EXPECT_EQ(shown.pictures(0).id(), made[0]);
    api::product::DeletePictureRequest remove;
    remove.set_picture_id(made[0]);
    EXPECT_EQ(co_await ReasonOf(service.operations.DeletePicture(member.context, remove)), "PICTURE_IN_USE");
    api::product::UpdateProductRequest change;
    change.set_product_id(shown.id());
    change.mutable_product()->add_picture_ids(made[1]);
    EXPECT_EQ((co_await service.operations.UpdateProduct(member.context, change)).pictures(0).id(), made[1]);
    EXPECT_EQ(co_await ReasonOf(service.operations.DeletePicture(rival.context, remove)), "NOT_FOUND");
    remove.set_if_match("9");
    EXPECT_EQ(co_await ReasonOf(service.operations.DeletePicture(member.context, remove)), "ETAG_MISMATCH");
    remove.clear_if_match();
    co_await service.operations.DeletePicture(member.context, remove);
    EXPECT_EQ(co_await ReasonOf(service.operations.GetPicture(member.context, get)), "NOT_FOUND");
  });
}

}  // namespace
}  // namespace market::product
