// example_file.cpp -- a mesh file through libuvpipe, in C++
//
// Build:  c++ example_file.cpp $(pkg-config --cflags --libs uvpipe) -o example_file
// Use:    example_file chair.stl chair-uv.obj

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <uvpipe.h>

struct destroy_file {
    void operator()(uvp_unwrapped_file *file) const
    {
        uvp_unwrapped_file_destroy(file);
    }
};

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: example_file IN OUT\n";
        return 64;
    }
    std::ifstream in(argv[1], std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(in)),
                                  std::istreambuf_iterator<char>());
    uvp_unwrapped_file *made = nullptr;
    uvp_error err = {};
    if (!in.good() && !in.eof()) {
        std::cerr << "example_file: cannot read " << argv[1] << '\n';
        return 1;
    }
    if (uvp_file_unwrap(bytes.data(), bytes.size(), argv[1], nullptr, nullptr, &made, &err) !=
        UVP_OK) {
        std::cerr << "example_file: " << uvp_code_word(err.code) << ": " << err.text << '\n';
        return 1;
    }
    const std::unique_ptr<uvp_unwrapped_file, destroy_file> file(made);
    std::size_t count = 0;
    const char *const data =
        static_cast<const char *>(uvp_unwrapped_file_data(file.get(), &count));
    std::ofstream out(argv[2], std::ios::binary);
    out.write(data, static_cast<std::streamsize>(count));
    uvp_unwrap_stats stats = {};
    stats.struct_bytes = sizeof stats;
    uvp_unwrapped_file_stats(file.get(), &stats);
    std::cout << stats.triangles << " triangles in " << stats.charts << " charts\n";
    return out.good() ? 0 : 1;
}
