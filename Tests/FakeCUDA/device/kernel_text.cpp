#include "kernel_text.h"

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <regex>

namespace fake {

namespace {

// Reads C++ from a position, as far as finding a declarator needs it.
struct reader {
    const std::string &text;
    size_t at;

    void skip_space() {
        while (at < text.size() && isspace(static_cast<unsigned char>(text[at]))) at++;
    }

    // An identifier, or one other character.
    std::string token() {
        skip_space();
        size_t first = at;
        while (at < text.size() && (isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_')) at++;
        if (at == first && at < text.size()) at++;
        return text.substr(first, at - first);
    }

    // What stands between an opening bracket, which comes next, and its closing one.
    std::string bracketed() {
        skip_space();
        size_t first = at + 1;
        for (int depth = 0; at < text.size(); at++) {
            if (text[at] == '(') depth++;
            if (text[at] == ')' && --depth == 0) return text.substr(first, at++ - first);
        }
        return "";
    }

    bool is_next(char wanted) {
        skip_space();
        return at < text.size() && text[at] == wanted;
    }
};

bool is_name(const std::string &token) {
    return !token.empty() && (isalpha(static_cast<unsigned char>(token[0])) || token[0] == '_');
}

} // namespace

std::string with_kernel_table(const std::string &preprocessed) {
    static const std::regex dynamic(R"(extern\s+__shared__\s+(?:__attribute__\(\(aligned\([^)]*\)\)\)\s*)?([\w\s]+?)\s*(\w+)\s*\[\s*\]\s*;)");
    std::string text = std::regex_replace(
        preprocessed, dynamic, "$1 *const $2 = static_cast<$1 *>(emulated_machine.dynamic_shared);");

    const std::string marker = "__global__";
    std::string linkage, table;
    for (size_t found = text.find(marker); found != std::string::npos; found = text.find(marker, found + 1)) {
        reader next{text, found + marker.size()};
        std::string bounds = "0";
        for (std::string token = next.token(); !token.empty() && token != ";" && token != "{"; token = next.token()) {
            if (!is_name(token) || !next.is_next('(')) continue;
            if (token == "__launch_bounds__") {
                bounds = next.bracketed();
            } else if (token == "__attribute__") {
                next.bracketed();
            } else {
                // Only what is extern "C" can be declared so again, and only that is found by its name.
                linkage += "extern \"C\" decltype(" + token + ") " + token + ";\n";
                table += "    emulated_entry<&" + token + ">::described(\"" + token + "\", emulated_first(" + bounds + ")),\n";
                break;
            }
        }
    }
    if (table.empty()) table = "    {nullptr, nullptr, nullptr, 0, 0},\n";
    return text + "\n# 1 \"kernel table\"\n" + linkage + "static constexpr emulated_kernel emulated_kernels[] = {\n" + table +
           "};\nextern \"C\" __attribute__((visibility(\"default\"))) emulated_module emulated_contents() {\n"
           "    return {&emulated_machine, emulated_kernels, sizeof emulated_kernels / sizeof *emulated_kernels,\n"
           "            __start_emulated_shared, __stop_emulated_shared};\n}\n";
}

std::string digest(const std::string &text) {
    uint64_t first = 0xcbf29ce484222325, second = 0x6c62272e07bb0142;
    for (unsigned char byte : text) {
        first = (first ^ byte) * 0x100000001b3;
        second = (second ^ byte ^ first >> 56) * 0x100000001b3;
    }
    char digits[33];
    snprintf(digits, sizeof digits, "%016llx%016llx", static_cast<unsigned long long>(first),
             static_cast<unsigned long long>(second));
    return digits;
}

} // namespace fake
