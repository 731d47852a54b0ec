# embed.cmake -- makes one C source of the page's HTML, CSS and JavaScript
#
#   cmake -DPAGE=FOLDER -DOUT=FILE.c -P embed.cmake
#
# report.html holds marks: @STYLE@ and @SCRIPT@ where those go, @DATA@ where the data of a run go,
# and @STYLE_HASH@ and @SCRIPT_HASH@ in its content security policy, which lets just these two
# texts run. The scripts, in the order of scripts.txt, become one function, so that nothing of
# them is global. The same files give the same bytes: nothing else goes in.

# The base64 of a text in base16, as a browser wants it for a hash.
function(base64_of_base16 hex result)
    set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    string(LENGTH "${hex}" length)
    set(text "")
    set(at 0)
    while(at LESS length)
        string(SUBSTRING "${hex}" ${at} 6 part)
        string(LENGTH "${part}" digits)
        string(SUBSTRING "${part}0000" 0 6 part)
        math(EXPR value "0x${part}")
        math(EXPR letters "(${digits} * 4 + 5) / 6")
        foreach(place RANGE 1 4)
            if(place GREATER letters)
                string(APPEND text "=")
            else()
                math(EXPR index "(${value} >> (24 - 6 * ${place})) & 63")
                string(SUBSTRING "${alphabet}" ${index} 1 letter)
                string(APPEND text "${letter}")
            endif()
        endforeach()
        math(EXPR at "${at} + 6")
    endwhile()
    set(${result} "${text}" PARENT_SCOPE)
endfunction()

function(policy_hash text result)
    string(SHA256 hash "${text}")
    base64_of_base16("${hash}" base64)
    set(${result} "sha256-${base64}" PARENT_SCOPE)
endfunction()

function(c_array name text result)
    string(HEX "${text}" hex)
    string(LENGTH "${hex}" digits)
    math(EXPR bytes "${digits} / 2")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," array "${hex}")
    set(${result} "const unsigned char ${name}[] = {${array}0};\n" PARENT_SCOPE)
    set(${result}_bytes "const size_t ${name}_bytes = ${bytes};\n" PARENT_SCOPE)
endfunction()

file(READ "${PAGE}/report.html" page)
file(READ "${PAGE}/report.css" style)
file(STRINGS "${PAGE}/scripts.txt" names)
set(script "(function () {\n\"use strict\";\n")
foreach(name ${names})
    file(READ "${PAGE}/${name}" part)
    string(APPEND script "${part}")
endforeach()
string(APPEND script "}());\n")

policy_hash("${style}" style_hash)
policy_hash("${script}" script_hash)
string(REPLACE "@STYLE_HASH@" "${style_hash}" page "${page}")
string(REPLACE "@SCRIPT_HASH@" "${script_hash}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
string(FIND "${page}" "@DATA@" mark)
if(mark EQUAL -1)
    message(FATAL_ERROR "report.html has no @DATA@")
endif()
string(SUBSTRING "${page}" 0 ${mark} head)
math(EXPR behind "${mark} + 6")
string(SUBSTRING "${page}" ${behind} -1 tail)
c_array(uvp_webpage_head "${head}" head_array)
c_array(uvp_webpage_tail "${tail}" tail_array)
file(WRITE "${OUT}" "/* Made by page/embed.cmake. */\n"
    "#include \"tools/uvpipe/webpage_asset.h\"\n\n"
    "${head_array}${head_array_bytes}${tail_array}${tail_array_bytes}")
