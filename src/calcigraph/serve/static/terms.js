// An address such as /ontology#Rituximab leads to that term's own page: the server never sees what stands behind the sign.
"use strict";
(() => {
  const lead = () => {
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const link = named && named.matches("li") ? named.querySelector("a") : null;
    if (link) location.replace(link.href);
  };
  window.addEventListener("hashchange", lead);
  lead();
})();
