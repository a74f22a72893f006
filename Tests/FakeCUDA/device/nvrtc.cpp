// The run-time compiler: our own kernels' text, compiled for the CPU by clang++ with emulator.h in front. What it gave once
// for the same text and options is kept in the build's folder.
//
// The build defines FAKE_CUDA_COMPILER (clang++), FAKE_CUDA_SOURCES (this folder) and FAKE_CUDA_CACHE (a folder).

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "binary.h"
#include "exports.h"
#include "faults.h"
#include "kernel_text.h"

namespace files = std::filesystem;
extern char **environ;

struct nvrtc_program_s {
    std::string source, name, log, binary;
    std::vector<std::pair<std::string, std::string>> headers; // names and texts
};

namespace fake {

namespace {

std::string contents(const files::path &file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void write(const files::path &file, const std::string &text) {
    std::ofstream(file, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

struct temporary_folder {
    std::string path = (files::temp_directory_path() / "fake-nvrtc-XXXXXX").string();
    temporary_folder() {
        if (!mkdtemp(path.data())) path.clear();
    }
    ~temporary_folder() {
        std::error_code ignored;
        if (!path.empty()) files::remove_all(path, ignored);
    }
};

// Runs it with its error output in a file. Returns whether it succeeded.
bool run(std::vector<std::string> words, const std::string &errors) {
    std::vector<char *> arguments;
    for (auto &word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    pid_t child;
    int failed = posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    return !failed && waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status);
}

struct options {
    int architecture = 0;
    bool real = false; // sm_, not compute_
    std::vector<std::string> passed;
    std::string refused;
};

options read(int count, const char *const *texts) {
    options result;
    for (int i = 0; i < count; i++) {
        std::string text = texts[i];
        if (text.starts_with("--")) text = text.substr(1);
        auto equals = text.find('=');
        std::string key = text.substr(0, equals), value = equals == std::string::npos ? "" : text.substr(equals + 1);
        if (key == "-gpu-architecture" || key == "-arch") {
            result.real = value.starts_with("sm_");
            result.architecture = atoi(value.c_str() + (result.real ? 3 : 8));
        } else if (text.starts_with("-D") && text.size() > 2) {
            result.passed.push_back(text);
        } else if (key == "-define-macro") {
            result.passed.push_back("-D" + value);
        } else if (key == "-std") {
            result.passed.push_back("-std=" + value);
        } else if (key != "-default-device" && key != "-device-as-default-execution-space" && key != "-lineinfo" &&
                   key != "-generate-line-info" && key != "-fmad" && key != "-ptxas-options" && key != "-restrict" && key != "-w" &&
                   key != "-disable-warnings" && key != "-use_fast_math" && key != "-maxrregcount") {
            result.refused = texts[i];
        }
    }
    return result;
}

// The shared object of a source, or nothing, and why in the log.
std::string compiled(nvrtc_program_s &program, const options &options) {
    temporary_folder folder;
    if (folder.path.empty()) return program.log = "no temporary folder", "";
    files::path path = folder.path;
    std::string source = path / "source.cpp", text = path / "text.cpp", whole = path / "whole.cpp", object = path / "object.so",
                errors = path / "errors";
    write(source, "# 1 \"" + program.name + "\"\n" + program.source);
    for (auto &[name, header] : program.headers) write(path / name, header);

    std::vector<std::string> preprocess = {FAKE_CUDA_COMPILER, "-x", "c++", "-std=c++17", "-E", "-nostdinc", "-w"};
    preprocess.insert(preprocess.end(), options.passed.begin(), options.passed.end());
    for (const char *word : {"-I", FAKE_CUDA_SOURCES, "-include", "emulator.h"}) preprocess.push_back(word);
    preprocess.insert(preprocess.end(), {"-I", folder.path, "-o", text, source});
    bool done = run(preprocess, errors);
    if (done) {
        write(whole, with_kernel_table(contents(text)));
        done = run({FAKE_CUDA_COMPILER, "-x", "c++", "-std=c++17", "-O1", "-w", "-fPIC", "-shared", "-ffp-contract=off",
                    "-fno-math-errno", "-fno-exceptions", "-fno-rtti", "-fno-strict-aliasing", "-fvisibility=hidden",
                    "-nostdlib++", "-D__global__=", "-D__launch_bounds__(...)=",
                    "-D__shared__=static __attribute__((section(\"emulated_shared\")))", "-o", object, whole, "-lm"},
                   errors);
    }
    program.log = contents(errors);
    return done ? contents(object) : "";
}

std::string with_head(const std::string &object, int architecture) {
    binary_head head = {{'F', 'A', 'K', 'E', 'C', 'U', 'B', '1'}, object.size(), binary_sum(object.data(), object.size()),
                        architecture, 0};
    return std::string(reinterpret_cast<char *>(&head), sizeof head) + object;
}

// From the cache, or compiled into it.
std::string object_of(nvrtc_program_s &program, const options &options) {
    std::string all = program.name + '\0' + program.source;
    for (auto &[name, text] : program.headers) all += '\0' + name + '\0' + text;
    for (auto &option : options.passed) all += '\0' + option;
    for (const char *file : {"emulation.h", "emulator.h", "emulator_math.h", "emulator_vectors.h", "kernel_text.cpp"}) {
        all += contents(files::path(FAKE_CUDA_SOURCES) / file);
    }
    files::path kept = files::path(FAKE_CUDA_CACHE) / (digest(all) + ".so");
    std::string object = contents(kept);
    if (!object.empty()) return object;
    object = compiled(program, options);
    if (object.empty()) return "";
    std::error_code ignored;
    files::create_directories(FAKE_CUDA_CACHE, ignored);
    static std::atomic<int> number;
    files::path beside = kept.string() + "." + std::to_string(getpid()) + "." + std::to_string(number++);
    write(beside, object);
    files::rename(beside, kept, ignored);
    return object;
}

} // namespace
} // namespace fake

using namespace fake;

// The compiler needs no device and holds nobody up while it works.
#define ENTER_COMPILER(symbol) \
    if (int injected = fault(symbol)) return injected

int nvrtcVersion(int *major, int *minor) {
    ENTER_COMPILER("nvrtcVersion");
    *major = 13, *minor = 0;
    return 0;
}

const char *nvrtcGetErrorString(int error) {
    static const char *const names[] = {"NVRTC_SUCCESS", "NVRTC_ERROR_OUT_OF_MEMORY", "NVRTC_ERROR_PROGRAM_CREATION_FAILURE",
                                        "NVRTC_ERROR_INVALID_INPUT", "NVRTC_ERROR_INVALID_PROGRAM", "NVRTC_ERROR_INVALID_OPTION",
                                        "NVRTC_ERROR_COMPILATION", "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE"};
    return error >= 0 && error < 8 ? names[error] : "NVRTC_ERROR unknown";
}

int nvrtcCreateProgram(nvrtc_program *program, const char *source, const char *name, int headers,
                       const char *const *header_texts, const char *const *include_names) {
    ENTER_COMPILER("nvrtcCreateProgram");
    if (!source || headers < 0) return 3;
    *program = new nvrtc_program_s{source, name ? name : "default_program", "", "", {}};
    for (int i = 0; i < headers; i++) (*program)->headers.push_back({include_names[i], header_texts[i]});
    return 0;
}

int nvrtcDestroyProgram(nvrtc_program *program) {
    ENTER_COMPILER("nvrtcDestroyProgram");
    if (!program || !*program) return 4;
    delete *program;
    *program = nullptr;
    return 0;
}

int nvrtcCompileProgram(nvrtc_program program, int count, const char *const *texts) {
    ENTER_COMPILER("nvrtcCompileProgram");
    if (!program) return 4;
    options options = read(count, texts);
    if (!options.refused.empty()) {
        program->log = "nvrtc: error: unrecognized option " + options.refused + " found\n";
        return 5;
    }
    std::string object = object_of(*program, options);
    if (object.empty()) return 6;
    // PTX for a virtual architecture is no cubin.
    program->binary = options.real ? with_head(object, options.architecture) : "";
    return 0;
}

int nvrtcGetCUBINSize(nvrtc_program program, size_t *bytes) {
    ENTER_COMPILER("nvrtcGetCUBINSize");
    if (!program) return 4;
    *bytes = program->binary.size();
    return 0;
}

int nvrtcGetCUBIN(nvrtc_program program, char *bytes) {
    ENTER_COMPILER("nvrtcGetCUBIN");
    if (!program) return 4;
    if (program->binary.empty()) return 3;
    memcpy(bytes, program->binary.data(), program->binary.size());
    return 0;
}

int nvrtcGetProgramLogSize(nvrtc_program program, size_t *bytes) {
    ENTER_COMPILER("nvrtcGetProgramLogSize");
    if (!program) return 4;
    *bytes = program->log.size() + 1;
    return 0;
}

int nvrtcGetProgramLog(nvrtc_program program, char *text) {
    ENTER_COMPILER("nvrtcGetProgramLog");
    if (!program) return 4;
    memcpy(text, program->log.c_str(), program->log.size() + 1);
    return 0;
}
