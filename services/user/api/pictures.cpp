// Pictures of people: uploaded, listed, deleted, kept for who shows them.
#include "platform/rpc/page.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/api/user_service.hpp"

namespace market::user {
namespace {

using domain::PictureId;

std::vector<PictureId> PictureIdsOf(const google::protobuf::RepeatedPtrField<std::string>& ids) {
  std::vector<PictureId> pictures;
  for (const auto& id : ids) pictures.push_back(PictureId::From(id));
  return pictures;
}

}  // namespace

Task<marketplace::type::v1::PieceAdded> UserService::AddMyPiece(CallContext& call,
                                                                marketplace::type::v1::Piece request) {
  return deps_.uploads.Add(call, call.Caller().account, std::move(request));
}

Task<api::user::MyPicture> UserService::UploadMyPicture(CallContext& call,
                                                        api::user::UploadMyPictureRequest request) {
  const auto& upload = request.upload();
  const auto owner = call.Caller().account;
  pictures::CheckFileSize(upload.size());
  co_return ToProto(
      co_await deps_.uploads.Take(call, owner, upload, [&](std::string file) -> Task<domain::Picture> {
        return deps_.picture_maker.Make(call,
                                        {.id = PictureId(call.OperationId()),
                                         .owner = owner,
                                         .content = upload.sha256(),
                                         .alt_text = request.alt_text()},
                                        std::move(file));
      }));
}

Task<api::user::MyPicture> UserService::GetMyPicture(CallContext& call,
                                                     api::user::GetMyPictureRequest request) {
  co_return ToProto(
      co_await deps_.pictures.Get(call, call.Caller().account, PictureId::From(request.picture_id())));
}

Task<api::user::ListMyPicturesResponse> UserService::ListMyPictures(
    CallContext& call, api::user::ListMyPicturesRequest request) {
  const auto owner = call.Caller().account;
  const auto filter = "pictures|" + owner.ToString();
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<PictureId>(filter, request.page_token());
  auto found = co_await deps_.pictures.List(
      call, owner, after ? std::optional(std::get<0>(*after)) : std::nullopt, size + 1);
  api::user::ListMyPicturesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_pictures(), size, found,
                                  [](const domain::Picture& picture) { return ToProto(picture); });
  if (kept < found.size()) response.set_next_page_token(deps_.pages.Encode(filter, found[kept - 1].id));
  co_return response;
}

Task<google::protobuf::Empty> UserService::DeleteMyPicture(CallContext& call,
                                                           api::user::DeleteMyPictureRequest request) {
  co_await deps_.pictures.Delete(call, call.Caller().account, PictureId::From(request.picture_id()));
  co_return google::protobuf::Empty();
}

Task<api::user::KeepPicturesResponse> UserService::KeepPictures(CallContext& call,
                                                                api::user::KeepPicturesRequest request) {
  const storage::PictureClaim claim{.shower = domain::ShowerId::From(request.shown_by()),
                                    .number = request.claim()};
  api::user::KeepPicturesResponse response;
  for (const auto& picture : co_await deps_.pictures.Keep(call, AccountId::From(request.account_id()), claim,
                                                          PictureIdsOf(request.picture_ids()))) {
    auto& kept = *response.add_pictures();
    kept.set_id(picture.id.ToString());
    kept.set_content(picture.content);
    kept.set_width(static_cast<std::int32_t>(picture.look.width));
    kept.set_height(static_cast<std::int32_t>(picture.look.height));
    kept.set_colour(picture.look.colour);
    kept.set_alt_text(picture.alt_text);
  }
  co_return response;
}

Task<google::protobuf::Empty> UserService::SettlePictures(CallContext& call,
                                                          api::user::SettlePicturesRequest request) {
  const storage::PictureClaim claim{.shower = domain::ShowerId::From(request.shown_by()),
                                    .number = request.claim()};
  co_await deps_.pictures.Settle(call, claim, PictureIdsOf(request.picture_ids()));
  co_return google::protobuf::Empty();
}

}  // namespace market::user
