#include "faults.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "exports.h"

namespace fake {

namespace {

struct planned_fault {
    std::string symbol;
    long call; // the next is 1
    bool lasting;
    int code;
};

// Faults that wait for their call, and the error that stays.
struct fault_list {
    std::vector<planned_fault> planned;
    int sticky = 0;

    void add(const char *text) {
        std::string rest = text ? text : "";
        while (!rest.empty()) {
            auto comma = rest.find(',');
            std::string one = rest.substr(0, comma);
            rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
            char symbol[128], tail[2] = "";
            long call = 0;
            int code = 0;
            if (sscanf(one.c_str(), "%127[^:]:%ld:%d", symbol, &call, &code) == 3) {
                planned.push_back({symbol, call, false, code});
            } else if (sscanf(one.c_str(), "%127[^:]:%ld%1[+]:%d", symbol, &call, tail, &code) == 4) {
                planned.push_back({symbol, call, true, code});
            } else {
                fatal_mistake("a fault is SYMBOL:CALL:CODE, not \"%s\"", one.c_str());
            }
        }
    }

    int next(const char *symbol) {
        int result = 0;
        for (auto &fault : planned) {
            if (fault.symbol != symbol) continue;
            fault.call--;
            if (fault.call == 0 || (fault.lasting && fault.call < 0)) result = fault.code;
        }
        static const std::set<int> lethal = {214, 220, 226, 700, 710, 714, 715, 716, 717, 718, 719};
        if (!strncmp(symbol, "cu", 2) && strncmp(symbol, "cudnn", 5) && strncmp(symbol, "cublas", 6) &&
            lethal.contains(result)) {
            sticky = result;
        }
        return result;
    }
};

fault_list &process_faults() {
    static fault_list list = [] {
        fault_list list;
        list.add(getenv("FAKE_CUDA_FAIL"));
        return list;
    }();
    return list;
}

thread_local fault_list thread_faults;
thread_local std::map<std::string, long> calls;
long mistakes;
bool tolerated;

void complain(const char *format, va_list arguments) {
    std::lock_guard locked(device_lock());
    mistakes++;
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    fprintf(stderr, "fake CUDA: %s\n", text);
}

} // namespace

std::recursive_mutex &device_lock() {
    static std::recursive_mutex mutex;
    return mutex;
}

int fault(const char *symbol) {
    std::lock_guard locked(device_lock());
    calls[symbol]++;
    int of_process = process_faults().next(symbol), of_thread = thread_faults.next(symbol);
    return of_thread ? of_thread : of_process;
}

int sticky_error() { return thread_faults.sticky ? thread_faults.sticky : process_faults().sticky; }

void forget_sticky_error() { thread_faults.sticky = process_faults().sticky = 0; }

void mistake(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    complain(format, arguments);
    va_end(arguments);
}

void fatal_mistake(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    complain(format, arguments);
    va_end(arguments);
    if (!tolerated) abort();
}

} // namespace fake

// MARK: - For tests

// Adds faults to the calling thread's; null forgets them all, and the error that stays.
EXPORTED void fake_cuda_fail(const char *text) {
    std::lock_guard locked(fake::device_lock());
    if (text) fake::thread_faults.add(text);
    else fake::thread_faults = {};
}

// How often this thread has called the symbol.
EXPORTED long fake_cuda_calls(const char *symbol) {
    auto found = fake::calls.find(symbol);
    return found == fake::calls.end() ? 0 : found->second;
}

// What the process has done wrong so far.
EXPORTED long fake_cuda_mistakes(void) {
    std::lock_guard locked(fake::device_lock());
    return fake::mistakes;
}

// Whether a mistake that ends the process is counted only.
EXPORTED void fake_cuda_tolerate(int yes) { fake::tolerated = yes; }
