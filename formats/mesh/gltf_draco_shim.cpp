// The only file that knows the Draco library. No exception leaves it.
#include "formats/mesh/gltf_draco.h"

#include <memory>

#include <draco/compression/decode.h>

struct uvp_draco {
    std::unique_ptr<draco::Mesh> mesh;
};

extern "C" struct uvp_draco *uvp_draco_open(const unsigned char *data, size_t bytes,
                                            uint32_t *points, uint32_t *triangles)
{
    try {
        draco::DecoderBuffer buffer;
        draco::Decoder decoder;
        buffer.Init(reinterpret_cast<const char *>(data), bytes);
        auto decoded = decoder.DecodeMeshFromBuffer(&buffer);
        if (!decoded.ok()) {
            return nullptr;
        }
        auto draco = std::make_unique<struct uvp_draco>();
        draco->mesh = std::move(decoded).value();
        *points = draco->mesh->num_points();
        *triangles = draco->mesh->num_faces();
        return draco.release();
    } catch (...) {
        return nullptr;
    }
}

extern "C" void uvp_draco_close(struct uvp_draco *draco)
{
    delete draco;
}

extern "C" void uvp_draco_read_corners(const struct uvp_draco *draco, uint32_t *to)
{
    for (draco::FaceIndex i(0); i < draco->mesh->num_faces(); ++i) {
        const draco::Mesh::Face &face = draco->mesh->face(i);
        for (int k = 0; k < 3; k++) {
            *to++ = face[k].value();
        }
    }
}

template <typename T> static bool read_all(const draco::Mesh &mesh,
                                           const draco::PointAttribute &attribute,
                                           uint32_t width, void *to)
{
    T *at = static_cast<T *>(to);

    for (draco::PointIndex i(0); i < mesh.num_points(); ++i, at += width) {
        if (!attribute.ConvertValue<T>(attribute.mapped_index(i), static_cast<int8_t>(width),
                                       at)) {
            return false;
        }
    }
    return true;
}

extern "C" bool uvp_draco_read_attribute(const struct uvp_draco *draco, uint32_t id,
                                         uint32_t component, uint32_t width, void *to)
{
    try {
        const draco::Mesh &mesh = *draco->mesh;
        const draco::PointAttribute *const attribute = mesh.GetAttributeByUniqueId(id);
        if (attribute == nullptr || width > 4 ||
            attribute->num_components() != static_cast<int>(width)) {
            return false;
        }
        switch (component) {
        case 5120:
            return read_all<int8_t>(mesh, *attribute, width, to);
        case 5121:
            return read_all<uint8_t>(mesh, *attribute, width, to);
        case 5122:
            return read_all<int16_t>(mesh, *attribute, width, to);
        case 5123:
            return read_all<uint16_t>(mesh, *attribute, width, to);
        case 5125:
            return read_all<uint32_t>(mesh, *attribute, width, to);
        case 5126:
            return read_all<float>(mesh, *attribute, width, to);
        default:
            return false;
        }
    } catch (...) {
        return false;
    }
}
