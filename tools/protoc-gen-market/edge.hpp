// What nginx is told of the contract: which paths take files, and how large each may be.
#pragma once
#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace market::codegen {

// The locations of a `server`: deploy/native/nginx_uploads.conf, with that directory's placeholders.
std::string UploadLocations(const std::vector<const google::protobuf::FileDescriptor*>& files);

}  // namespace market::codegen
