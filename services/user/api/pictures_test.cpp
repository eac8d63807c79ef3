#include <gtest/gtest.h>

#include <string>

#include "platform/pictures/testing/drawn.hpp"
#include "services/user/testing/service_fixture.hpp"

namespace market::user {
namespace {

using api::user::MyPicture;

class PicturesOfMine : public ServiceFixture {
 protected:
  static std::string Drawn(unsigned char shade) {
    return pictures::Png(pictures::Plain(200, 100, {shade, 200, 90}));
  }
  static api::user::UploadMyPictureRequest RequestFor(const std::string& file, std::string alt_text = "") {
    api::user::UploadMyPictureRequest request;
    auto& upload = *request.mutable_upload();
    upload.set_id(Uuid::NewV7().ToString());
    upload.set_size(static_cast<std::int64_t>(file.size()));
    upload.set_sha256(pictures::ContentOf(file));
    request.set_alt_text(std::move(alt_text));
    return request;
  }
  static Task<> Send(UserService& service, AccountId account, std::string id, std::string file) {
    Call call(account, "AddMyPiece");
    marketplace::type::v1::Piece piece;
    piece.set_upload_id(std::move(id));
    piece.set_content(std::move(file));
    co_await service.AddMyPiece(call, std::move(piece));
  }
  static Task<MyPicture> Upload(UserService& service, AccountId account, std::string file,
                                std::string alt_text = "") {
    const auto request = RequestFor(file, std::move(alt_text));
    co_await Send(service, account, request.upload().id(), std::move(file));
    Call call(account, "UploadMyPicture");
    co_return co_await service.UploadMyPicture(call, request);
  }
  static api::user::KeepPicturesRequest Keeping(AccountId account, const std::string& review,
                                                const MyPicture& picture) {
    api::user::KeepPicturesRequest request;
    request.set_account_id(account.ToString());
    request.set_shown_by(review);
    request.set_claim(7);
    request.add_picture_ids(picture.id());
    return request;
  }

  const AccountId ada_ = AccountId::New();
  const AccountId bob_ = AccountId::New();
};

TEST_F(PicturesOfMine, AreMadeOfWhatCame_ForTheirOwnerAlone) {
  Run([&](UserService& service) -> Task<> {
    const auto picture = co_await Upload(service, ada_, Drawn(1), "A plain one");
    EXPECT_EQ(picture.alt_text(), "A plain one");
    EXPECT_EQ(picture.width(), 200);
    EXPECT_EQ(picture.height(), 100);
    EXPECT_EQ(picture.colour(), "#01c85a");
    EXPECT_EQ(picture.media_size(), 1);
    EXPECT_GT(picture.create_time().seconds(), 1'700'000'000);
    const auto files = picture_store_.Files();
    for (const auto& address : {picture.media(0).webp(), picture.media(0).jpeg()}) {
      EXPECT_TRUE(address.starts_with("/pictures/people/")) << address;
      EXPECT_TRUE(files.contains(address.substr(10))) << address;
    }
    EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM upload"), "0") << "its pieces are not needed any more";
    EXPECT_EQ((co_await Upload(service, ada_, Drawn(1))).id(), picture.id());

    api::user::GetMyPictureRequest get;
    get.set_picture_id(picture.id());
    Call by_ada(ada_, "GetMyPicture");
    Call by_bob(bob_, "GetMyPicture");
    EXPECT_EQ((co_await service.GetMyPicture(by_ada, get)).DebugString(), picture.DebugString());
    EXPECT_EQ(co_await Refusal(service.GetMyPicture(by_bob, get)), "NOT_FOUND");
    const auto second = co_await Upload(service, ada_, Drawn(2));
    api::user::ListMyPicturesRequest list;
    list.set_page_size(1);
    auto page = co_await service.ListMyPictures(by_ada, list);
    EXPECT_EQ(page.pictures(0).id(), second.id());
    list.set_page_token(page.next_page_token());
    EXPECT_EQ(co_await Refusal(service.ListMyPictures(by_bob, list)), "INVALID_PAGE_TOKEN pageToken");
    page = co_await service.ListMyPictures(by_ada, list);
    EXPECT_EQ(page.pictures(0).id(), picture.id());
    EXPECT_FALSE(page.has_next_page_token());
  });
}

TEST_F(PicturesOfMine, AreRefusedInTheWordsOfTheContract) {
  pictures_max_ = 1;
  Run([&](UserService& service) -> Task<> {
    // More of them than an account may have on their way: what was refused does not count any more.
    for (int i = 0; i < 10; ++i)
      EXPECT_EQ(co_await Refusal(Upload(service, ada_, "GIF89a" + std::to_string(i))), "PICTURE_UNREADABLE");
    auto request = RequestFor(Drawn(2));
    Call call(ada_, "UploadMyPicture");
    EXPECT_EQ(co_await Refusal(service.UploadMyPicture(call, request)), "UPLOAD_INCOMPLETE");
    co_await Send(service, bob_, request.upload().id(), Drawn(2));
    EXPECT_EQ(co_await Refusal(service.UploadMyPicture(call, request)), "UPLOAD_INCOMPLETE");
    request.mutable_upload()->set_size(10LL * 1024 * 1024 + 1);
    EXPECT_EQ(co_await Refusal(service.UploadMyPicture(call, request)), "PICTURE_TOO_LARGE");
    co_await Upload(service, ada_, Drawn(3));
    EXPECT_EQ(co_await Refusal(Upload(service, ada_, Drawn(4))), "LIMIT_REACHED");
  });
}

TEST_F(PicturesOfMine, AreKeptForWhoShowsThem) {
  Run([&](UserService& service) -> Task<> {
    const auto picture = co_await Upload(service, ada_, Drawn(1), "A plain one");
    const auto review = Uuid::NewV7().ToString();
    CallContext by_product(Soon());
    auto answer = co_await service.KeepPictures(by_product, Keeping(bob_, review, picture));
    EXPECT_EQ(answer.pictures_size(), 0);
    answer = co_await service.KeepPictures(by_product, Keeping(ada_, review, picture));
    EXPECT_EQ(answer.pictures_size(), 1);
    EXPECT_EQ(answer.pictures(0).id(), picture.id());
    EXPECT_EQ(answer.pictures(0).content(), pictures::ContentOf(Drawn(1)));
    EXPECT_EQ(answer.pictures(0).width(), 200);
    EXPECT_EQ(answer.pictures(0).height(), 100);
    EXPECT_EQ(answer.pictures(0).colour(), "#01c85a");
    EXPECT_EQ(answer.pictures(0).alt_text(), "A plain one");

    api::user::DeleteMyPictureRequest remove;
    remove.set_picture_id(picture.id());
    Call by_ada(ada_, "DeleteMyPicture");
    Call by_bob(bob_, "DeleteMyPicture");
    EXPECT_EQ(co_await Refusal(service.DeleteMyPicture(by_bob, remove)), "NOT_FOUND");
    EXPECT_EQ(co_await Refusal(service.DeleteMyPicture(by_ada, remove)), "PICTURE_IN_USE");
    api::user::SettlePicturesRequest settle;
    settle.set_shown_by(review);
    settle.set_claim(7);
    settle.add_picture_ids(picture.id());
    co_await service.SettlePictures(by_product, settle);
    EXPECT_EQ(co_await Refusal(service.DeleteMyPicture(by_ada, remove)), "PICTURE_IN_USE");
    settle.clear_picture_ids();
    co_await service.SettlePictures(by_product, settle);
    co_await service.DeleteMyPicture(by_ada, remove);
    EXPECT_EQ(co_await Refusal(service.DeleteMyPicture(by_ada, remove)), "NOT_FOUND");
  });
}

TEST_F(PicturesOfMine, AreToldAndErased) {
  Run([&](UserService& service) -> Task<> {
    const auto picture = co_await Upload(service, ada_, Drawn(1), "Ada at her desk");
    co_await Upload(service, bob_, Drawn(1));
    CallContext call(Soon());
    co_await service.KeepPictures(call, Keeping(ada_, Uuid::NewV7().ToString(), picture));
    marketplace::type::v1::ExportPersonalDataRequest ask;
    ask.set_account_id(ada_.ToString());
    EXPECT_TRUE((co_await service.ExportPersonalData(call, ask)).DebugString().contains("Ada at her desk"));
    marketplace::type::v1::ErasePersonalDataRequest erase;
    erase.set_account_id(ada_.ToString());
    co_await service.ErasePersonalData(call, erase);
    EXPECT_EQ(temporary_.Execute("SELECT string_agg(account_id::text, ' ') FROM picture"), bob_.ToString());
    EXPECT_FALSE((co_await service.ExportPersonalData(call, ask)).DebugString().contains("Ada at her desk"));
  });
}

}  // namespace
}  // namespace market::user
