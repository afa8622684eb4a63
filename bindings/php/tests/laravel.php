<?php
// The interface, as Laravel declares it.

namespace Illuminate\Contracts\Support;

interface Htmlable
{
    public function toHtml();
}
