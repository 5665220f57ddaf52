<?php

/** What a visitor sees while the database does not answer. */

http_response_code(503);
header('Content-Type: text/html; charset=utf-8');
header('Cache-Control: no-store');
header('Retry-After: 5');
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Back in a moment</title>
<style>
  body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto 0; padding: 0 1.5rem; color: #111; background: #fbfaf3 }
</style>
<h1>Back in a moment</h1>
<p>This shop cannot reach its database right now. Nothing is lost; please try again shortly.</p>
</html>
