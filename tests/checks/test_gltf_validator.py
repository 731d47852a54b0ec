#!/usr/bin/env python3
"""What the glTF validator of Khronos says of files before and after: no new kind of error.

    test_gltf_validator.py UVPIPE

Needs node and the package gltf-validator, where node finds it or in the folder that the
environment's UVP_GLTF_VALIDATOR names; without them it is skipped (exit code 77). Real files have
errors of their own, so it is the codes that are compared, not their number.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MAKE = os.path.join(HERE, "..", "support", "make_gltf.py")
SAMPLES = os.path.join(HERE, "..", "data", "gltf")

# Reads folders from the command line, prints {folder: {file: [codes of errors]}}.
PROGRAM = r"""
const fs = require('fs'), path = require('path');
const validator = require(process.argv[1]);
async function codes(file) {
  const beside = (uri) => new Promise((done, fail) => {
    try {
      done(new Uint8Array(fs.readFileSync(path.join(path.dirname(file), decodeURIComponent(uri)))));
    } catch (e) { fail(e.toString()); }
  });
  try {
    const report = await validator.validateBytes(new Uint8Array(fs.readFileSync(file)),
      {externalResourceFunction: beside, maxIssues: 0});
    return [...new Set(report.issues.messages.filter(m => m.severity === 0).map(m => m.code))];
  } catch (e) { return ['UNREADABLE']; }
}
(async () => {
  const out = {};
  for (const folder of process.argv.slice(2)) {
    out[folder] = {};
    for (const name of fs.readdirSync(folder).sort()) {
      if (/\.(glb|gltf|vrm)$/.test(name)) out[folder][name] = await codes(path.join(folder, name));
    }
  }
  console.log(JSON.stringify(out));
})();
"""

WAYS = (
    [],
    ["--existing", "replace"],
    ["--existing", "add"],
    ["--existing", "replace", "--uv-type", "u16", "--gltf-atlas", "primitive"],
    ["--gltf-atlas", "file"],
)


def find_validator():
    """What node is to require, or None."""
    given = os.environ.get("UVP_GLTF_VALIDATOR", "gltf-validator")
    node = shutil.which("node")
    if node is None:
        return None
    tried = subprocess.run([node, "-e", "require(process.argv[1])", given],
                           capture_output=True, check=False)
    return given if tried.returncode == 0 else None


def validate(given, folders):
    done = subprocess.run(["node", "-e", PROGRAM, given, *folders], capture_output=True,
                          check=True, text=True)
    return json.loads(done.stdout)


def main():
    uvpipe = os.path.abspath(sys.argv[1])
    given = find_validator()
    if given is None:
        print("skipped: node does not find the package gltf-validator")
        return 77
    complaints = 0
    with tempfile.TemporaryDirectory() as work:
        made = os.path.join(work, "made")
        subprocess.run([sys.executable, "-B", MAKE, made], check=True)
        for source in (made, SAMPLES):
            name = os.path.basename(source)
            outs = []
            for i, way in enumerate(WAYS):
                out = os.path.join(work, f"{name}-{i}")
                done = subprocess.run([uvpipe, "-q", "--format", "folder", *way, source, "-o",
                                       out + "/"], check=False)
                if done.returncode not in (0, 2):
                    sys.exit(f"uvpipe ended with {done.returncode}")
                outs.append(os.path.join(out, name))
            found = validate(given, [source, *outs])
            before = found[source]
            for way, out in zip(WAYS, outs):
                for file, codes in found[out].items():
                    new = set(codes) - set(before.get(file, []))
                    if new:
                        complaints += 1
                        print(f"{file} {' '.join(way)}: {', '.join(sorted(new))}")
            print(f"{name}: {len(before)} files, {len(WAYS)} ways")
    print(f"{complaints} complaints")
    return 0 if complaints == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
