<?php
// Stand-ins for classes of libraries that are known by their names. Their methods are never called.

declare(strict_types=1);

namespace Ramsey\Uuid {
    interface UuidInterface
    {
    }

    final class LazyUuid implements UuidInterface
    {
    }
}

namespace Symfony\Component\Uid {
    abstract class AbstractUid
    {
    }

    class Ulid extends AbstractUid
    {
    }
}

namespace MongoDB\BSON {
    if (!class_exists(ObjectId::class, false)) {
        final class ObjectId
        {
        }
    }
}
