<?php

declare(strict_types=1);

namespace StoreWeaver;

/** The shop cannot start. The message says what happened, why, and what to do. */
final class Refusal extends \RuntimeException
{
}
