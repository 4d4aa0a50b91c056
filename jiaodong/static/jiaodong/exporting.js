// An export that takes long says how much has come, can be given up, and is no file when it breaks off.
// Without this file the browser's own download does what it can.
(function () {
  "use strict";

  var FILE = /\.(csv|docx|xlsx|zip)$/, PATIENCE = 2000, MEGABYTE = 1048576;

  function nameOf(answer) {
    var said = answer.headers.get("Content-Disposition") || "";
    var encoded = /filename\*=utf-8''([^;]+)/i.exec(said), plain = /filename="([^"]+)"/.exec(said);
    return encoded ? decodeURIComponent(encoded[1]) : plain ? plain[1] : "";
  }

  function save(blob, name) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
  }

  // A line at the foot of the window with one button.
  function Line(word, act) {
    var box = document.createElement("div"), text = document.createElement("span"), button = document.createElement("button");
    box.className = "notice exporting no-print";
    text.setAttribute("role", "status");
    button.type = "button";
    button.className = "btn btn-outline-primary btn-sm";
    button.textContent = word;
    button.addEventListener("click", function () { box.remove(); act(); });
    box.append(text, button);
    this.say = function (sentence) {
      if (!box.isConnected) document.body.append(box);
      text.textContent = sentence;
    };
    this.remove = function () { box.remove(); };
  }

  function read(answer, tell) {
    var reader = answer.body.getReader(), parts = [], size = 0;
    function next() {
      return reader.read().then(function (piece) {
        if (piece.done) return new Blob(parts, { type: answer.headers.get("Content-Type") });
        parts.push(piece.value);
        tell(size += piece.value.length);
        return next();
      });
    }
    return next();
  }

  function take(link) {
    var stop = new AbortController(), line = new Line("取消", function () { clearTimeout(timer); stop.abort(); });
    var isLong = false, size = 0;
    function say() {
      line.say("正在生成导出文件" + (size ? "，已收到 " + (size / MEGABYTE).toFixed(1) + " MB" : "") + "……");
    }
    var timer = setTimeout(function () { isLong = true; say(); }, PATIENCE);
    fetch(link.href, { signal: stop.signal }).then(function (answer) {
      var name = nameOf(answer);
      if (!answer.ok || !name) {  // a refusal, or the login: to be read as a page
        location.assign(link.href);
        return;
      }
      return read(answer, function (bytes) { size = bytes; if (isLong) say(); }).then(function (blob) { save(blob, name); });
    }).catch(function () {
      if (!stop.signal.aborted) new Line("知道了", function () {}).say("导出中断，没有存成文件。请再试一次。");
    }).finally(function () {
      clearTimeout(timer);
      line.remove();
    });
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || !FILE.test(link.pathname)) return;
    event.preventDefault();
    take(link);
  });
})();
